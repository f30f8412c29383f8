# Sourced by the commands in scripts/: where the repository is, and how to speak to the user.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)

# Progress, on stderr so that stdout carries data only.
say() {
  printf '%s\n' "$*" >&2
}

# fail <what is wrong> <what to do next> [exit code]
fail() {
  printf 'error: %s\nhint: %s\n' "$1" "$2" >&2
  exit "${3:-1}"
}

# The comment block at the top of the running command is its help.
show_help() {
  sed -n '2,/^[^#]/{s/^# \{0,1\}//p}' "$0"
}

# usage_error <what is wrong>
usage_error() {
  fail "$1" "see 'scripts/$(basename "$0") --help'" 2
}

# build_dir <preset>: prints the build directory, or fails for an unknown preset.
build_dir() {
  case $1 in
    release) echo "$root/build" ;;
    debug | asan | tsan | bench) echo "$root/build-$1" ;;
    *) usage_error "unknown preset '$1' (release, debug, asan, tsan, bench)" ;;
  esac
}
