#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace penstock {

inline constexpr std::string_view kRedacted = "[redacted]";

/// Takes out what must not leave the machine: given secrets wherever they stand, and the values of
/// what is named like a secret (password, passwd, secret, token, credential, api-key, access-key,
/// private-key), as in `password=x`, `--token x`, `"secret": "x"`,
/// `{"key":"ssl.password","value":"x"}` and `Authorization: Bearer x`.
class Redaction {
 public:
  /// Secrets of less than 8 characters are ignored: they would be found everywhere.
  explicit Redaction(std::vector<std::string> secrets);

  std::string Apply(std::string_view text) const;
  /// A given secret is in there.
  bool Finds(std::string_view text) const;

 private:
  std::vector<std::string> secrets_;
};

}  // namespace penstock
