// operator new and delete of a program that makes and drops JSON all the time, in few threads that live long:
// with malloc a third of its time goes into that. A program that links this file has them.
//
// Small blocks are cut from slices that hold one size each, and go to a list of the thread that drops them.
// Nothing goes back to the system.
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <new>
#include <sys/mman.h>

namespace {

constexpr std::size_t kGrain = 16;
constexpr std::size_t kLargest = 1024;
constexpr std::size_t kSizes = kLargest / kGrain + 1;
constexpr std::size_t kSlice = std::size_t{1} << 16U;
/// Of addresses: memory is there once it is used.
constexpr std::size_t kRegion = std::size_t{1} << 36U;

struct Free {
    Free* next;
};

/// Of one size, in grains.
struct Pool {
    Free* free;
    char* unused;
    char* end;
};

char* region() {
    static char* const kBegin = static_cast<char*>(
        mmap(nullptr, kRegion, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0));
    return kBegin;
}

std::atomic<char*> region_begin = nullptr;
std::atomic<std::size_t> used = 0;
std::array<std::uint8_t, kRegion / kSlice> size_of_slice;
constinit thread_local std::array<Pool, kSizes> pools{};

/// Null when there is none left.
void* cut(Pool& pool, std::size_t grains) {
    if (pool.unused == pool.end) {
        char* const begin = region();
        region_begin = begin;
        const std::size_t offset = used.fetch_add(kSlice);
        if (begin == MAP_FAILED || offset >= kRegion) {
            return nullptr;
        }
        size_of_slice[offset / kSlice] = static_cast<std::uint8_t>(grains);
        pool.unused = begin + offset;
        pool.end = pool.unused + kSlice / (grains * kGrain) * (grains * kGrain);
    }
    void* const block = pool.unused;
    pool.unused += grains * kGrain;
    return block;
}

}  // namespace

void* operator new(std::size_t size) {
    const std::size_t grains = size == 0 ? 1 : (size + kGrain - 1) / kGrain;
    if (grains < kSizes) {
        Pool& pool = pools[grains];
        if (Free* const block = pool.free; block != nullptr) {
            pool.free = block->next;
            return block;
        }
        if (void* const block = cut(pool, grains); block != nullptr) {
            return block;
        }
    }
    if (void* const block = std::malloc(size); block != nullptr) {
        return block;
    }
    throw std::bad_alloc();
}

void operator delete(void* block) noexcept {
    const auto offset = reinterpret_cast<std::uintptr_t>(block) -
                        reinterpret_cast<std::uintptr_t>(region_begin.load(std::memory_order_relaxed));
    if (offset >= kRegion || block == nullptr) {
        return std::free(block);
    }
    Pool& pool = pools[size_of_slice[offset / kSlice]];
    pool.free = new (block) Free{pool.free};
}

void operator delete(void* block, std::size_t) noexcept {
    operator delete(block);
}
