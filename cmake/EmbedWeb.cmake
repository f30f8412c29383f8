# penstock_embed_web(<target> <function> <directory>)
#
# Adds a source to the target that defines `std::span<const WebFile> penstock::<function>()`, the
# files below the directory, which need not exist; see coordinator/rest/static_files.h.
find_package(Python3 REQUIRED COMPONENTS Interpreter)

function(penstock_embed_web target function directory)
  file(GLOB_RECURSE files CONFIGURE_DEPENDS "${directory}/*")
  set(script "${PROJECT_SOURCE_DIR}/scripts/lib/embed_web.py")
  set(out "${CMAKE_CURRENT_BINARY_DIR}/${function}.cc")
  add_custom_command(
    OUTPUT "${out}"
    COMMAND Python3::Interpreter "${script}" "${directory}" "${function}" "${out}"
    DEPENDS "${script}" ${files}
    COMMENT "Embedding ${directory}"
    VERBATIM)
  target_sources(${target} PRIVATE "${out}")
endfunction()
