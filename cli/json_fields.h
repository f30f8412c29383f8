#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <boost/json.hpp>

namespace penstock {

// Reading answers of the REST API: a missing or mistyped field reads as empty, so that a command of
// one version works with a coordinator of another.

inline std::string TextField(const boost::json::value& object, std::string_view key) {
  const auto* members = object.if_object();
  const auto* value = members ? members->if_contains(key) : nullptr;
  return value && value->is_string() ? std::string(value->get_string()) : std::string();
}

inline std::int64_t NumberField(const boost::json::value& object, std::string_view key,
                                std::int64_t missing = 0) {
  const auto* members = object.if_object();
  const auto* value = members ? members->if_contains(key) : nullptr;
  if (!value || !value->is_number()) return missing;
  boost::json::error_code failure;
  const auto number = value->to_number<std::int64_t>(failure);
  return failure ? missing : number;
}

inline double RealField(const boost::json::value& object, std::string_view key,
                        double missing = 0) {
  const auto* members = object.if_object();
  const auto* value = members ? members->if_contains(key) : nullptr;
  return value && value->is_number() ? value->to_number<double>() : missing;
}

/// An empty object when missing.
inline const boost::json::value& MemberField(const boost::json::value& object,
                                             std::string_view key) {
  static const boost::json::value empty = boost::json::object();
  const auto* members = object.if_object();
  const auto* value = members ? members->if_contains(key) : nullptr;
  return value ? *value : empty;
}

/// An empty array when missing.
inline const boost::json::array& ArrayField(const boost::json::value& object,
                                            std::string_view key) {
  static const boost::json::array empty;
  const auto* array = MemberField(object, key).if_array();
  return array ? *array : empty;
}

}  // namespace penstock
