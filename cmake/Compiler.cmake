# The compiler and the flags that every target is built with.

# g++ 12 compiles coroutines wrongly and without a warning: `if (co_await f())` runs the wrong
# branch, aggregates built around `co_await` are destroyed twice. Nothing built with it can be trusted.
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  message(FATAL_ERROR
    "g++ ${CMAKE_CXX_COMPILER_VERSION} miscompiles C++20 coroutines silently, which this project is built on. "
    "Use clang++-19 (Debian package clang-19): cmake --preset dev selects it, or pass -DCMAKE_CXX_COMPILER=clang++-19.")
endif()

# C++20 and not 23: cpprestsdk's json.h does not compile as C++23.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

# What ccache remembers is of use to every checkout on this machine, wherever it lies. It cannot see which macros
# and which times of files a precompiled header depends on; with these none does.
find_program(CCACHE ccache)
if(CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env CCACHE_BASEDIR=${PROJECT_SOURCE_DIR} CCACHE_NOHASHDIR=true
    CCACHE_SLOPPINESS=pch_defines,time_macros ${CCACHE})
endif()

set(SANITIZER "" CACHE STRING "Sanitizer to build with: empty, address or thread")
if(SANITIZER STREQUAL "address")
  # vptr reports falsely on objects that come from libcpprest, which has no RTTI of ours.
  set(sanitizer_flags -fsanitize=address,undefined -fno-sanitize=vptr -fno-sanitize-recover=all)
elseif(SANITIZER STREQUAL "thread")
  set(sanitizer_flags -fsanitize=thread)
elseif(NOT SANITIZER STREQUAL "")
  message(FATAL_ERROR "SANITIZER must be empty, address or thread, not '${SANITIZER}'")
endif()

# Half the time of compiling a test is spent on optimising it, which no test is there for; but one that measures.
if(SANITIZER)
  set(test_flags -O0)
endif()

add_library(project_flags INTERFACE)
target_compile_options(project_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Wold-style-cast -Wcast-qual -Woverloaded-virtual
  -Wconversion -Wsign-conversion -Wnull-dereference -Wimplicit-fallthrough -Werror
  # Asio of Boost 1.74 uses std::exchange without including its header.
  "SHELL:-include utility"
  -fno-omit-frame-pointer ${sanitizer_flags})
target_compile_definitions(project_flags INTERFACE
  # Boost 1.74 does not recognise the coroutines of clang 19 by itself.
  BOOST_ASIO_HAS_CO_AWAIT=1 BOOST_ASIO_HAS_STD_COROUTINE=1 BOOST_ASIO_NO_DEPRECATED=1
  # cpprestsdk's macro U(x) breaks the headers of GoogleTest and fmt.
  _TURN_OFF_PLATFORM_STRING=1
  SPDLOG_FMT_EXTERNAL=1)
target_link_options(project_flags INTERFACE ${sanitizer_flags} -fuse-ld=lld)

if(CMAKE_BUILD_TYPE STREQUAL "Release")
  target_compile_options(project_flags INTERFACE -ffunction-sections -fdata-sections)
  target_link_options(project_flags INTERFACE -Wl,--gc-sections -Wl,--as-needed -Wl,-z,relro,-z,now)
  set(CMAKE_POSITION_INDEPENDENT_CODE ON)
endif()
