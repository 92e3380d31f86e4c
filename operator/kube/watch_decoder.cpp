#include "operator/kube/watch_decoder.h"

#include "operator/kube/response.h"

#include <optional>

namespace kube {
namespace {

std::optional<EventType> event_type(std::string_view name) {
    if (name == "ADDED") {
        return EventType::added;
    }
    if (name == "MODIFIED") {
        return EventType::modified;
    }
    if (name == "DELETED") {
        return EventType::deleted;
    }
    if (name == "BOOKMARK") {
        return EventType::bookmark;
    }
    return std::nullopt;
}

Result<void> decode_line(std::string_view line, const WatchDecoder::OnEvent& on_event) {
    if (line.empty() || line == "\r") {
        return {};
    }
    json event = json::parse(line, nullptr, false);
    if (!event.is_object()) {
        return fail(ErrorKind::internal, "the watch sent a line that is no JSON object");
    }
    const auto type = event.find("type");
    const auto object = event.find("object");
    if (type == event.end() || !type->is_string() || object == event.end() || !object->is_object()) {
        return fail(ErrorKind::internal, "the watch sent a line that is no event");
    }
    const auto& name = type->get_ref<const std::string&>();
    if (name == "ERROR") {
        return tl::unexpected(error_of_status(*object));
    }
    if (const auto known = event_type(name)) {
        on_event({*known, std::move(*object)});
    }
    return {};
}

}  // namespace

Result<void> WatchDecoder::feed(std::string_view bytes, const OnEvent& on_event) {
    while (!bytes.empty()) {
        const std::size_t end = bytes.find('\n');
        const std::string_view part = bytes.substr(0, end);
        if (partial_.size() + part.size() > kMaxLine) {
            return fail(ErrorKind::internal, "the watch sent a line of more than 8 MiB");
        }
        if (end == std::string_view::npos) {
            partial_.append(part);
            return {};
        }
        Result<void> decoded;
        if (partial_.empty()) {
            decoded = decode_line(part, on_event);
        } else {
            partial_.append(part);
            // Moved out, so that one large object does not leave its memory behind for the life of the watch.
            decoded = decode_line(std::exchange(partial_, {}), on_event);
        }
        if (!decoded) {
            return decoded;
        }
        bytes.remove_prefix(end + 1);
    }
    return {};
}

Result<void> WatchDecoder::finish() const {
    if (!partial_.empty()) {
        return fail(ErrorKind::unavailable, "the watch was cut inside an event");
    }
    return {};
}

}  // namespace kube
