# embed_migrations(VARIABLE FOLDER FUNCTION): sets VARIABLE to a C++ source, made by the build, that defines
# FUNCTION ("product::base_migrations"): the texts of FOLDER/NNNN_name.sql.
set(migrations_script ${CMAKE_CURRENT_LIST_DIR}/embed_migrations.cmake)

function(embed_migrations variable folder function)
  file(GLOB texts CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${folder}/*.sql)
  set(source ${CMAKE_CURRENT_BINARY_DIR}/embedded_migrations.cpp)
  add_custom_command(
    OUTPUT ${source}
    COMMAND ${CMAKE_COMMAND} -DOUTPUT=${source} -DFOLDER=${CMAKE_CURRENT_SOURCE_DIR}/${folder}
            -DFUNCTION=${function} -P ${migrations_script}
    DEPENDS ${texts} ${migrations_script}
    VERBATIM)
  set(${variable} ${source} PARENT_SCOPE)
endfunction()
