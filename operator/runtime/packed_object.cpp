#include "operator/runtime/packed_object.h"

#include <algorithm>
#include <new>

namespace runtime {

PackedObject::Ptr PackedObject::make(const kube::ObjectKey& key, std::string_view uid,
                                     const kube::ObjectKey& owner, std::string_view fields,
                                     std::string_view wish) {
    const std::array<std::string_view, kTexts> texts = {key.ns,     key.name, uid, owner.ns,
                                                        owner.name, fields,   wish};
    std::size_t size = sizeof(PackedObject);
    for (const std::string_view text : texts) {
        size += text.size();
    }
    void* block = ::operator new(size);
    Ptr object(new (block) PackedObject);
    char* const begin = static_cast<char*>(block) + sizeof(PackedObject);
    char* end = begin;
    for (std::size_t i = 0; i < kTexts; ++i) {
        end = std::copy(texts[i].begin(), texts[i].end(), end);
        object->ends_[i] = static_cast<std::uint32_t>(end - begin);
    }
    return object;
}

void PackedObject::Deleter::operator()(PackedObject* object) const noexcept {
    object->~PackedObject();
    ::operator delete(object);
}

std::string_view PackedObject::text(std::size_t index) const {
    const char* const begin = reinterpret_cast<const char*>(this) + sizeof(PackedObject);
    const std::uint32_t from = index == 0 ? 0 : ends_[index - 1];
    return {begin + from, ends_[index] - from};
}

}  // namespace runtime
