# cmake -DOUTPUT=file.cpp -DFOLDER=migrations -P embed_migrations.cmake
# Writes a C++ source that holds the text of every FOLDER/NNNN_name.sql. Versions count up from 1 without a gap.
file(GLOB files RELATIVE ${FOLDER} ${FOLDER}/*.sql)
list(SORT files)
set(rows "")
set(expected 1)
foreach(file IN LISTS files)
  if(NOT file MATCHES "^([0-9][0-9][0-9][0-9])_([a-z0-9_]+)\\.sql$")
    message(FATAL_ERROR "${FOLDER}/${file} is not named NNNN_name.sql")
  endif()
  set(name ${CMAKE_MATCH_2})
  string(REGEX REPLACE "^0+" "" version ${CMAKE_MATCH_1})
  if(NOT version EQUAL expected)
    message(FATAL_ERROR "${FOLDER}/${file}: version ${expected} is next")
  endif()
  math(EXPR expected "${expected} + 1")
  file(READ ${FOLDER}/${file} sql)
  string(APPEND rows "    {${version}, \"${name}\", R\"sql(${sql})sql\"},\n")
endforeach()
file(WRITE ${OUTPUT} "// Made by embed_migrations.cmake.
#include \"crm-server/store/migrations.h\"

namespace store {
namespace {

constexpr Migration kMigrations[] = {
${rows}};

}  // namespace

std::span<const Migration> migrations() { return kMigrations; }

}  // namespace store
")
