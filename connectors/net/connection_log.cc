#include "connectors/net/connection_log.h"

#include <cstdio>
#include <string>

#include "common/clock.h"
#include "connectors/file/time_format.h"

namespace penstock {

void LogConnection(std::string_view address, std::string_view event) {
  std::string line;
  AppendIso8601({ToMillis(SystemClock::Instance().Wall())}, line);
  line += " tcp ";
  line += address;
  line += ": ";
  line += event;
  line += '\n';
  std::fwrite(line.data(), 1, line.size(), stderr);
}

}  // namespace penstock
