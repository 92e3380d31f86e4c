# What a release links statically: everything but glibc, and what only comes shared (libpq).
#
# A shared library is resident as whole pages of what many programs use, with tables of its own to relocate;
# linked statically, what this program does not call is left out: see docs/adr/0015-static-libraries.md.
# Debian has no static build of four of the libraries; scripts/library-sources fetches their sources. Without
# them, and in every other build, the shared libraries are used.

if(DEFINED ENV{CRM_CACHE})
  set(default_sources $ENV{CRM_CACHE}/library-sources)
else()
  set(default_sources $ENV{HOME}/.cache/crm-operator/library-sources)
endif()
set(LIBRARY_SOURCES ${default_sources} CACHE PATH "Sources of the libraries that a release links statically")

if(NOT CMAKE_BUILD_TYPE STREQUAL "Release")
  set(STATIC_LIBRARIES OFF)
  return()
endif()
if(NOT EXISTS ${LIBRARY_SOURCES}/versions)
  message(STATUS "Shared libraries: there are no sources in ${LIBRARY_SOURCES} (scripts/library-sources)")
  set(STATIC_LIBRARIES OFF)
  return()
endif()
set(STATIC_LIBRARIES ON)
message(STATUS "Static libraries: sources in ${LIBRARY_SOURCES}")
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${LIBRARY_SOURCES}/versions)
# The relocations of what was shared become the program's own: in their compact form.
target_link_options(project_flags INTERFACE -static-libstdc++ -static-libgcc -Wl,-z,pack-relative-relocs)

# replaced_library(PACKAGE TARGET SOURCES file...): what find_package(PACKAGE) finds from here on is TARGET,
# built from SOURCES with the installed headers. Sets `library` to the name that its properties are set by.
function(replaced_library package target)
  cmake_parse_arguments(ARG "" "" "SOURCES" ${ARGN})
  string(REPLACE ":" "_" name static_${target})
  list(TRANSFORM ARG_SOURCES PREPEND ${LIBRARY_SOURCES}/)
  add_library(${name} STATIC EXCLUDE_FROM_ALL ${ARG_SOURCES})
  # Boost 1.74 gives enumerations values that clang 19 refuses by default.
  target_compile_options(${name} PRIVATE -w -Wno-enum-constexpr-conversion -ffunction-sections -fdata-sections)
  add_library(${target} ALIAS ${name})
  file(WRITE ${CMAKE_FIND_PACKAGE_REDIRECTS_DIR}/${package}-config.cmake "")
  set(library ${name} PARENT_SCOPE)
endfunction()

find_package(Threads REQUIRED)

replaced_library(fmt fmt::fmt SOURCES fmtlib/src/format.cc fmtlib/src/os.cc)

replaced_library(spdlog spdlog::spdlog SOURCES spdlog/src/spdlog.cpp spdlog/src/stdout_sinks.cpp)
target_compile_definitions(${library} PUBLIC SPDLOG_COMPILED_LIB SPDLOG_FMT_EXTERNAL)
target_link_libraries(${library} PUBLIC fmt::fmt Threads::Threads)

replaced_library(prometheus-cpp prometheus-cpp::core
  SOURCES
    prometheus-cpp/core/src/check_names.cc prometheus-cpp/core/src/counter.cc prometheus-cpp/core/src/family.cc
    prometheus-cpp/core/src/gauge.cc prometheus-cpp/core/src/histogram.cc prometheus-cpp/core/src/registry.cc
    prometheus-cpp/core/src/serializer.cc prometheus-cpp/core/src/summary.cc
    prometheus-cpp/core/src/text_serializer.cc prometheus-cpp/core/src/detail/builder.cc
    prometheus-cpp/core/src/detail/ckms_quantiles.cc prometheus-cpp/core/src/detail/time_window_quantiles.cc
    prometheus-cpp/core/src/detail/utils.cc)
target_compile_definitions(${library} PUBLIC PROMETHEUS_CPP_CORE_STATIC_DEFINE)

# The client alone: no web sockets and no compression.
replaced_library(cpprestsdk cpprestsdk::cpprest
  SOURCES
    cpprest/Release/src/http/client/http_client.cpp cpprest/Release/src/http/client/http_client_asio.cpp
    cpprest/Release/src/http/client/http_client_msg.cpp
    cpprest/Release/src/http/client/x509_cert_utilities.cpp
    cpprest/Release/src/http/common/http_compression.cpp cpprest/Release/src/http/common/http_helpers.cpp
    cpprest/Release/src/http/common/http_msg.cpp cpprest/Release/src/http/listener/http_listener_msg.cpp
    cpprest/Release/src/http/listener/http_server_api.cpp cpprest/Release/src/http/oauth/oauth1.cpp
    cpprest/Release/src/http/oauth/oauth2.cpp cpprest/Release/src/json/json.cpp
    cpprest/Release/src/json/json_parsing.cpp cpprest/Release/src/json/json_serialization.cpp
    cpprest/Release/src/pplx/pplx.cpp cpprest/Release/src/pplx/pplxlinux.cpp
    cpprest/Release/src/pplx/threadpool.cpp cpprest/Release/src/uri/uri.cpp
    cpprest/Release/src/uri/uri_builder.cpp cpprest/Release/src/utilities/asyncrt_utils.cpp
    cpprest/Release/src/utilities/base64.cpp cpprest/Release/src/utilities/web_utilities.cpp)
target_include_directories(${library} PRIVATE ${LIBRARY_SOURCES}/cpprest/Release/src/pch)
target_compile_definitions(${library}
  PUBLIC CPPREST_FORCE_HTTP_CLIENT_ASIO CPPREST_FORCE_HTTP_LISTENER_ASIO CPPREST_NO_SSL_LEAK_SUPPRESS
  PRIVATE CPPREST_EXCLUDE_WEBSOCKETS CPPREST_EXCLUDE_COMPRESSION)
set_target_properties(${library} PROPERTIES CXX_STANDARD 11)
target_link_libraries(${library} PUBLIC Threads::Threads)

# link_statically(target...): makes these targets of Debian's packages, in this folder and below, the static
# libraries that come with the same packages. Not for a program that also loads them shared through another.
# Targets of pkg_check_modules name their library as one to be linked: a path as well.
function(link_statically)
  foreach(target ${ARGN})
    get_target_property(linked ${target} INTERFACE_LINK_LIBRARIES)
    if(target MATCHES "^PkgConfig::" AND linked)
      list(TRANSFORM linked REPLACE "\\.so[0-9.]*$" ".a")
      set_target_properties(${target} PROPERTIES INTERFACE_LINK_LIBRARIES "${linked}")
    endif()
    foreach(property IMPORTED_LOCATION IMPORTED_LOCATION_NONE)
      get_target_property(shared ${target} ${property})
      if(shared)
        string(REGEX REPLACE "\\.so[0-9.]*$" ".a" static ${shared})
        set_target_properties(${target} PROPERTIES ${property} ${static})
      endif()
    endforeach()
  endforeach()
endfunction()
