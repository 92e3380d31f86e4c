#include "crm-server/record/date_time.h"

#include <algorithm>
#include <cstddef>

#include <fmt/format.h>

namespace record {
namespace {

using namespace std::chrono;

// Reads from the left; after the first thing that does not fit, everything fails.
class Reader {
  public:
    explicit Reader(std::string_view text) : rest_(text) {}

    int digits(std::size_t count) {
        int value = 0;
        for (std::size_t i = 0; i < count; ++i) {
            if (i >= rest_.size() || !is_digit(rest_[i])) return failed();
            value = value * 10 + (rest_[i] - '0');
        }
        rest_.remove_prefix(count);
        return value;
    }

    /// The next character when it is one of `allowed`.
    char any_of(std::string_view allowed) {
        if (rest_.empty() || allowed.find(rest_.front()) == std::string_view::npos) {
            failed();
            return '\0';
        }
        const char c = rest_.front();
        rest_.remove_prefix(1);
        return c;
    }

    /// Digits of a fraction as microseconds; more than six are read and dropped.
    microseconds fraction() {
        std::int64_t value = 0;
        std::size_t count = 0;
        for (; count < rest_.size() && is_digit(rest_[count]); ++count)
            if (count < 6) value = value * 10 + (rest_[count] - '0');
        if (count == 0) failed();
        rest_.remove_prefix(count);
        for (; count < 6; ++count) value *= 10;
        return microseconds(value);
    }

    bool next_is(char c) const { return !rest_.empty() && rest_.front() == c; }
    bool ok() const { return ok_; }
    bool done() const { return ok_ && rest_.empty(); }

  private:
    static bool is_digit(char c) { return c >= '0' && c <= '9'; }
    int failed() {
        ok_ = false;
        return 0;
    }

    std::string_view rest_;
    bool ok_ = true;
};

std::optional<sys_days> read_date(Reader& reader) {
    const int y = reader.digits(4);
    reader.any_of("-");
    const int m = reader.digits(2);
    reader.any_of("-");
    const int d = reader.digits(2);
    const year_month_day date{year{y}, month{static_cast<unsigned>(m)}, day{static_cast<unsigned>(d)}};
    if (!reader.ok() || y == 0 || !date.ok()) return std::nullopt;
    return sys_days(date);
}

// hh:mm after a sign, or Z.
std::optional<minutes> read_offset(Reader& reader) {
    const char sign = reader.any_of("Zz+-");
    if (sign == 'Z' || sign == 'z') return minutes(0);
    const int hour = reader.digits(2);
    reader.any_of(":");
    const int minute = reader.digits(2);
    if (!reader.ok() || hour > 23 || minute > 59) return std::nullopt;
    const minutes offset = hours(hour) + minutes(minute);
    return sign == '-' ? -offset : offset;
}

}  // namespace

bool is_date(std::string_view text) {
    Reader reader(text);
    return read_date(reader).has_value() && reader.done();
}

std::optional<Timestamp> parse_timestamp(std::string_view text) {
    Reader reader(text);
    const auto date = read_date(reader);
    reader.any_of("Tt");
    const int hour = reader.digits(2);
    reader.any_of(":");
    const int minute = reader.digits(2);
    reader.any_of(":");
    const int second = reader.digits(2);
    microseconds fraction{0};
    if (reader.next_is('.')) {
        reader.any_of(".");
        fraction = reader.fraction();
    }
    const auto offset = read_offset(reader);
    if (!date || !offset || !reader.done() || hour > 23 || minute > 59 || second > 59) return std::nullopt;
    const Timestamp time =
        Timestamp(*date) + hours(hour) + minutes(minute) + seconds(second) + fraction - *offset;
    // An offset can carry a time out of the years that four digits can say.
    const year_month_day utc(floor<days>(time));
    if (utc.year() < year(1) || utc.year() > year(9999)) return std::nullopt;
    return time;
}

std::string postgres_timestamp(Timestamp time) {
    const sys_days midnight = floor<days>(time);
    const year_month_day date(midnight);
    const hh_mm_ss clock(time - midnight);
    std::string text = fmt::format("{:04}-{:02}-{:02} {:02}:{:02}:{:02}", static_cast<int>(date.year()),
                                   static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                                   clock.hours().count(), clock.minutes().count(), clock.seconds().count());
    if (clock.subseconds().count() != 0) {
        text += fmt::format(".{:06}", clock.subseconds().count());
        text.erase(text.find_last_not_of('0') + 1);
    }
    return text + "+00";
}

}  // namespace record
