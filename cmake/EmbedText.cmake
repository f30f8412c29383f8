# Run at build time: writes OUT, a source file that holds FILE as what the function FUNCTION returns, which HEADER declares.

file(READ "${FILE}" hex HEX)
string(REGEX REPLACE "(..)" "'\\\\x\\1'," bytes "${hex}")
file(WRITE "${OUT}" "#include \"${HEADER}\"

namespace penstock {
namespace {

constexpr char kText[] = {${bytes}};

}  // namespace

std::string_view ${FUNCTION}() { return {kText, sizeof(kText)}; }

}  // namespace penstock
")
