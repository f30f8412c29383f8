#include "api/runtime/job_recorder.h"

#include <exception>

namespace penstock {

std::uint32_t JobRecorder::AddOperator(OperatorSpec spec) {
  job_.operators.push_back(std::move(spec));
  return static_cast<std::uint32_t>(job_.operators.size() - 1);
}

RecordedJob RecordJob(const std::function<void(const JobArguments&, JobBuilder&)>& build,
                      const JobArguments& arguments) {
  JobRecorder recorder;
  try {
    build(arguments, recorder);
  } catch (const std::exception& e) {
    recorder.Complain(std::string("the job function threw an exception: ") + e.what());
  } catch (...) {
    recorder.Complain("the job function threw something that is not derived from std::exception");
  }
  return recorder.Take();
}

}  // namespace penstock
