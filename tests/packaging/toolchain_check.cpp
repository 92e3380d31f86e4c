// A small program that takes a thread, an exception and the runtime of the sanitizer that it is built with.
#include <cstdio>
#include <stdexcept>
#include <thread>

int main() {
    const char* said = "nothing";
    std::thread{[&said] {
        try {
            throw std::runtime_error{"thrown"};
        } catch (const std::exception&) {
            said = "caught";
        }
    }}.join();
    return std::puts(said) < 0 ? 1 : 0;
}
