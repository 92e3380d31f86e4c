#include "common/memory.h"

#include <cstddef>
#include <cstdint>
#include <link.h>
#include <malloc.h>
#include <sys/mman.h>
#include <unistd.h>

namespace common {
namespace {

/// Unmaps the pages of a loaded object's segments that cannot be written: they are equal to their file.
/// Segments that can be, or could until they were relocated, hold values that are nowhere else.
int drop_read_only_segments(dl_phdr_info* object, std::size_t, void*) {
    const auto page = static_cast<std::uintptr_t>(sysconf(_SC_PAGESIZE));
    for (std::size_t i = 0; i < object->dlpi_phnum; ++i) {
        const ElfW(Phdr)& segment = object->dlpi_phdr[i];
        if (segment.p_type != PT_LOAD || (segment.p_flags & PF_W) != 0) {
            continue;
        }
        const std::uintptr_t begin = (object->dlpi_addr + segment.p_vaddr + page - 1) / page * page;
        const std::uintptr_t end = (object->dlpi_addr + segment.p_vaddr + segment.p_memsz) / page * page;
        if (begin < end) {
            // NOLINTNEXTLINE(performance-no-int-to-ptr): the loader tells addresses as numbers.
            madvise(reinterpret_cast<void*>(begin), end - begin, MADV_DONTNEED);
        }
    }
    return 0;
}

}  // namespace

void return_unused_memory() {
    malloc_trim(0);
    dl_iterate_phdr(drop_read_only_segments, nullptr);
}

}  // namespace common
