// One remembered object in one block of memory: a header followed by its texts, without gaps. Tens of
// thousands of these are kept, so the five allocations and slack of five std::strings would be half of all.
#pragma once

#include "operator/kube/object.h"

#include <array>
#include <cstdint>
#include <memory>
#include <string_view>

namespace runtime {

class PackedObject {
  public:
    struct Deleter {
        void operator()(PackedObject* object) const noexcept;
    };
    using Ptr = std::unique_ptr<PackedObject, Deleter>;

    /// The fields in any encoding.
    static Ptr make(const kube::ObjectKey& key, std::string_view uid, const kube::ObjectKey& owner,
                    std::string_view fields, std::string_view wish);

    std::string_view ns() const { return text(0); }
    std::string_view name() const { return text(1); }
    std::string_view uid() const { return text(2); }
    std::string_view owner_ns() const { return text(3); }
    std::string_view owner_name() const { return text(4); }
    std::string_view fields() const { return text(5); }
    std::string_view wish() const { return text(6); }

    std::uint64_t resource_version = 0;
    std::uint32_t generation = 0;  // of the list that last contained it
    bool unconfirmed = false;      // known from an answer to a write; the watch has not shown it yet

  private:
    static constexpr std::size_t kTexts = 7;

    PackedObject() = default;
    std::string_view text(std::size_t index) const;

    std::array<std::uint32_t, kTexts> ends_{};  // offsets behind the header
};

}  // namespace runtime
