#include "graph/job_arguments.h"

namespace penstock {
namespace {

bool IsOption(const std::string& text) { return text.size() > 2 && text.starts_with("--"); }

}  // namespace

Result<std::map<std::string, std::string>> ParseJobArguments(
    const std::vector<std::string>& arguments) {
  std::map<std::string, std::string> named;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    if (!IsOption(arguments[i])) {
      return Status::InvalidArgument("unexpected job argument '" + arguments[i] + "'",
                                     "job arguments are written --name value");
    }
    std::string key = arguments[i].substr(2);
    std::string value = "true";
    if (const std::size_t equals = key.find('='); equals != std::string::npos) {
      value = key.substr(equals + 1);
      key.resize(equals);
    } else if (i + 1 < arguments.size() && !IsOption(arguments[i + 1])) {
      value = arguments[++i];
    }
    if (!named.emplace(key, value).second) {
      return Status::InvalidArgument("job argument --" + key + " is given twice", "give it once");
    }
  }
  return named;
}

}  // namespace penstock
