# Run at build time: writes OUT, a source file that holds the files below DIRECTORY as the function
# that cli/job_template.h declares.

file(GLOB_RECURSE files RELATIVE "${DIRECTORY}" "${DIRECTORY}/*")
list(SORT files)
set(arrays "")
set(entries "")
foreach(file IN LISTS files)
  file(READ "${DIRECTORY}/${file}" hex HEX)
  string(REGEX REPLACE "(..)" "'\\\\x\\1'," bytes "${hex}")
  string(MAKE_C_IDENTIFIER "k_${file}" name)
  string(APPEND arrays "constexpr char ${name}[] = {${bytes}};\n")
  string(APPEND entries "    {\"${file}\", {${name}, sizeof(${name})}},\n")
endforeach()
file(WRITE "${OUT}" "#include \"cli/job_template.h\"

namespace penstock {
namespace {

${arrays}
constexpr TemplateFile kFiles[] = {
${entries}};

}  // namespace

std::span<const TemplateFile> JobTemplate() { return kFiles; }

}  // namespace penstock
")
