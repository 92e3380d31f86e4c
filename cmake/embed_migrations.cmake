# cmake -DOUTPUT=file.cpp -DFOLDER=migrations -DFUNCTION=space::name -P embed_migrations.cmake
# Writes a C++ source with a function that gives the text of every FOLDER/NNNN_name.sql.
file(GLOB files RELATIVE ${FOLDER} ${FOLDER}/*.sql)
list(SORT files)
set(rows "")
foreach(file IN LISTS files)
  if(NOT file MATCHES "^([0-9][0-9][0-9][0-9])_([a-z0-9_]+)\\.sql$")
    message(FATAL_ERROR "${FOLDER}/${file} is not named NNNN_name.sql")
  endif()
  set(name ${CMAKE_MATCH_2})
  string(REGEX REPLACE "^0+" "" version ${CMAKE_MATCH_1})
  file(READ ${FOLDER}/${file} sql)
  string(APPEND rows "    {${version}, \"${name}\", R\"sql(${sql})sql\"},\n")
endforeach()
string(REGEX MATCH "^(.*)::([a-z_]+)$" matched ${FUNCTION})
set(space ${CMAKE_MATCH_1})
set(name ${CMAKE_MATCH_2})
file(WRITE ${OUTPUT} "// Made by embed_migrations.cmake.
#include \"crm-server/store/migrations.h\"

namespace ${space} {
namespace {

constexpr store::Migration kMigrations[] = {
${rows}};

}  // namespace

std::span<const store::Migration> ${name}() { return kMigrations; }

}  // namespace ${space}
")
