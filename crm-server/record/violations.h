// The rules of its fields that a client's body breaks, as many as are worth telling. Pure.
#pragma once

#include <cstddef>
#include <initializer_list>
#include <string>
#include <vector>

namespace record {

/// One broken rule, as in the `errors` of a problem document (RFC 9457).
struct Violation {
    std::string pointer;  // JSON pointer (RFC 6901) into the body: "/email"
    std::string detail;   // "must be at most 200 characters"

    bool operator==(const Violation&) const = default;
};

/// What is told about one body. Whoever sends it decides how much is wrong with it, and how long the names
/// are that are wrong; here is the bound of both, for everything that finds violations.
class Violations {
  public:
    using value_type = Violation;
    using const_iterator = std::vector<Violation>::const_iterator;

    static constexpr std::size_t kMost = 50;
    /// Of a pointer and of a detail, in bytes. What is longer is cut and ends with "…".
    static constexpr std::size_t kLongestText = 512;

    Violations() = default;
    Violations(std::initializer_list<Violation> told);

    /// Forgets it when it is one too many. Whoever looks for more may stop once is_full().
    void push_back(Violation violation);

    bool is_full() const { return told_.size() == kMost; }
    bool empty() const { return told_.empty(); }
    std::size_t size() const { return told_.size(); }
    const Violation& front() const { return told_.front(); }
    const_iterator begin() const { return told_.begin(); }
    const_iterator end() const { return told_.end(); }

    bool operator==(const Violations&) const = default;

  private:
    std::vector<Violation> told_;
};

}  // namespace record
