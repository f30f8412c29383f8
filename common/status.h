#pragma once

#include <cassert>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>

namespace penstock {

/// Who has to act on an error.
enum class ErrorDomain : unsigned char {
  kUser,      ///< The caller's input, job code or configuration is wrong; repeating it fails again.
  kInternal,  ///< A defect or a broken invariant of Penstock itself.
  kExternal,  ///< Disk, network or another process failed; it may pass.
};

/// What kind of failure it is; maps one to one to exit codes and HTTP status codes.
enum class ErrorCode : unsigned char {
  kFailed,
  kInvalidArgument,
  kNotFound,
  kAlreadyExists,
  kConflict,
  kUnauthorized,
  kUnavailable,
  kTimeout,
  kCorruption,
  kResourceExhausted,
  kFenced,  ///< A newer generation owns what this one tried to use.
  kCancelled,
};

/// May the same operation succeed if it is repeated?
enum class RetryHint : unsigned char { kNever, kLater };

/// The outcome of an operation that yields no value: OK, or an error with a message for people and,
/// where there is one, a hint that says what to do next. Copying an OK status is free.
/// Thread-compatible.
class [[nodiscard]] Status {
 public:
  Status() = default;

  static Status Ok() { return {}; }
  static Status Error(ErrorDomain domain, ErrorCode code, std::string message,
                      std::string hint = "");

  /// The caller's mistake: bad argument, bad job, bad configuration.
  static Status User(ErrorCode code, std::string message, std::string hint = "") {
    return Error(ErrorDomain::kUser, code, std::move(message), std::move(hint));
  }
  static Status InvalidArgument(std::string message, std::string hint = "") {
    return User(ErrorCode::kInvalidArgument, std::move(message), std::move(hint));
  }
  static Status NotFound(std::string message, std::string hint = "") {
    return User(ErrorCode::kNotFound, std::move(message), std::move(hint));
  }
  static Status Internal(std::string message) {
    return Error(ErrorDomain::kInternal, ErrorCode::kFailed, std::move(message));
  }
  static Status External(std::string message, std::string hint = "") {
    return Error(ErrorDomain::kExternal, ErrorCode::kFailed, std::move(message), std::move(hint));
  }
  static Status Corruption(std::string message, std::string hint = "") {
    return Error(ErrorDomain::kExternal, ErrorCode::kCorruption, std::move(message),
                 std::move(hint));
  }
  static Status Fenced(std::string message) {
    return Error(ErrorDomain::kInternal, ErrorCode::kFenced, std::move(message));
  }
  static Status Unavailable(std::string message, std::string hint = "") {
    return Error(ErrorDomain::kExternal, ErrorCode::kUnavailable, std::move(message),
                 std::move(hint));
  }
  static Status Cancelled() {
    return Error(ErrorDomain::kUser, ErrorCode::kCancelled, "cancelled");
  }

  bool ok() const { return rep_ == nullptr; }
  explicit operator bool() const { return ok(); }

  ErrorDomain domain() const { return rep_ ? rep_->domain : ErrorDomain::kInternal; }
  ErrorCode code() const { return rep_ ? rep_->code : ErrorCode::kFailed; }
  RetryHint retry() const {
    return rep_ && rep_->domain == ErrorDomain::kExternal ? RetryHint::kLater : RetryHint::kNever;
  }
  /// Empty when ok().
  const std::string& message() const { return rep_ ? rep_->message : EmptyString(); }
  /// What to do next; may be empty.
  const std::string& hint() const { return rep_ ? rep_->hint : EmptyString(); }

  /// The same error with `context + ": "` before its message; OK stays OK.
  Status WithContext(const std::string& context) const;

 private:
  struct Rep {
    ErrorDomain domain;
    ErrorCode code;
    std::string message;
    std::string hint;
  };
  static const std::string& EmptyString() {
    static const std::string empty;
    return empty;
  }

  std::shared_ptr<const Rep> rep_;  // shared: immutable, so that copies of an error are cheap
};

inline Status Status::Error(ErrorDomain domain, ErrorCode code, std::string message,
                            std::string hint) {
  Status status;
  status.rep_ = std::make_shared<const Rep>(Rep{domain, code, std::move(message), std::move(hint)});
  return status;
}

inline Status Status::WithContext(const std::string& context) const {
  if (ok()) return *this;
  return Error(rep_->domain, rep_->code, context + ": " + rep_->message, rep_->hint);
}

/// A value, or the Status that says why there is none. Never holds an OK status.
template <typename T>
class [[nodiscard]] Result {
 public:
  Result(T value) : rep_(std::in_place_index<0>, std::move(value)) {}  // NOLINT: implicit by design
  Result(Status status) : rep_(std::in_place_index<1>, std::move(status)) {  // NOLINT
    assert(!std::get<1>(rep_).ok());
  }

  bool ok() const { return rep_.index() == 0; }
  explicit operator bool() const { return ok(); }

  /// Requires ok().
  T& value() & { return std::get<0>(rep_); }
  const T& value() const& { return std::get<0>(rep_); }
  T&& value() && { return std::get<0>(std::move(rep_)); }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(*this).value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

  /// OK when there is a value.
  Status status() const { return ok() ? Status() : std::get<1>(rep_); }

 private:
  std::variant<T, Status> rep_;
};

#define PENSTOCK_CONCAT_INNER(a, b) a##b
#define PENSTOCK_CONCAT(a, b) PENSTOCK_CONCAT_INNER(a, b)

/// Returns from the enclosing function when `expr`, a Status, is an error.
#define PENSTOCK_RETURN_IF_ERROR(expr)                                      \
  do {                                                                      \
    if (::penstock::Status status_ = (expr); !status_.ok()) return status_; \
  } while (0)

/// `PENSTOCK_ASSIGN_OR_RETURN(auto x, F());` assigns the value of a Result or returns its status.
#define PENSTOCK_ASSIGN_OR_RETURN(lhs, expr) \
  PENSTOCK_ASSIGN_OR_RETURN_INNER(PENSTOCK_CONCAT(result_, __LINE__), lhs, expr)
#define PENSTOCK_ASSIGN_OR_RETURN_INNER(result, lhs, expr) \
  auto result = (expr);                                    \
  if (!result.ok()) return result.status();                \
  lhs = std::move(result).value()

}  // namespace penstock
