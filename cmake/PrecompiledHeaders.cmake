# Headers of others that are parsed once a build: two thirds of the time that compiling took went into them.
#
# They are a convenience of the compiler alone: every file includes what it uses, and a release,
# which is built without them, shows where one does not. Headers of this project do not belong here, since each
# library may include only those of what it links.
option(CRM_OPERATOR_PRECOMPILED_HEADERS "Parse the headers of others once a build" ON)

set(common_headers
  algorithm array atomic chrono condition_variable cstdint cstdlib deque filesystem fstream functional future map memory
  mutex optional random set span sstream stop_token string string_view thread unordered_map utility vector
  fmt/format.h nlohmann/json.hpp tl/expected.hpp)
set(test_headers ${common_headers} gmock/gmock.h gtest/gtest.h)

# precompiled_headers(NAME HEADERS header... [FLAGS flag...] [LINK target...]): the object of the target NAME is the
# precompiled headers. Their main file is empty and the same in every checkout, so that they are as well, byte by
# byte: ccache finds what was compiled with them elsewhere.
function(precompiled_headers name)
  cmake_parse_arguments(ARG "" "" "HEADERS;FLAGS;LINK" ${ARGN})
  add_library(${name} OBJECT EXCLUDE_FROM_ALL /dev/null)
  set_source_files_properties(/dev/null PROPERTIES LANGUAGE CXX)
  target_link_libraries(${name} PRIVATE project_flags ${ARG_LINK})
  list(TRANSFORM ARG_HEADERS PREPEND "SHELL:-include ")
  target_compile_options(${name} PRIVATE ${ARG_FLAGS} ${ARG_HEADERS} -x c++-header -fpch-instantiate-templates
    "SHELL:-Xclang -fno-pch-timestamp")
endfunction()

if(CRM_OPERATOR_PRECOMPILED_HEADERS)
  find_package(fmt REQUIRED)
  find_package(nlohmann_json REQUIRED)
  precompiled_headers(library_headers HEADERS ${common_headers} LINK fmt::fmt nlohmann_json::nlohmann_json)
  if(CRM_OPERATOR_TESTS)
    find_package(GTest REQUIRED)
    precompiled_headers(test_headers HEADERS ${test_headers} FLAGS ${test_flags}
      LINK fmt::fmt nlohmann_json::nlohmann_json GTest::gmock)
  endif()
endif()

# use_precompiled_headers(TARGET HEADERS source...): compiles the sources of TARGET with the target HEADERS.
function(use_precompiled_headers target headers)
  if(CRM_OPERATOR_PRECOMPILED_HEADERS)
    set(object ${PROJECT_BINARY_DIR}/CMakeFiles/${headers}.dir/dev/null.o)
    target_compile_options(${target} PRIVATE "SHELL:-include-pch ${object}")
    set_property(SOURCE ${ARGN} APPEND PROPERTY OBJECT_DEPENDS ${object})
  endif()
endfunction()
