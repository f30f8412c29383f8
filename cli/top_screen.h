#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "cli/top_model.h"

namespace penstock {

/// What the person at the screen has chosen.
struct TopView {
  std::size_t width = 80;
  std::size_t height = 24;
  bool colour = false;
  TopOrder order = TopOrder::kRate;
  std::string selected;   ///< Id of a job; the first when there is none such.
  bool vertices = false;  ///< Of the selected job, instead of all jobs.
  std::string problem;    ///< Why what is shown is old; empty when it is not.
};

/// The lines of the screen: at most `height`, each at most `width` columns wide. Names of others
/// can't control the terminal. Pure.
std::vector<std::string> RenderTop(const TopModel& model, const TopView& view);

/// What `top --once` prints: all jobs, as wide as it has to be.
std::string RenderTopTable(const TopModel& model);

/// Position among model.jobs of the selected job; 0 when there is none such.
std::size_t SelectedJob(const TopModel& model, const std::string& selected);

/// A share of 0 to 1 as `width` columns; what is above 1 is full.
std::string Bar(double share, std::size_t width);

}  // namespace penstock
