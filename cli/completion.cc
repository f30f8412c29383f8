#include "cli/completion.h"

#include <fmt/format.h>

#include "cli/completion_words.h"
#include "common/config/options.h"

namespace penstock {
namespace {

/// In single quotes of a shell; `escaped` is what a quote in it becomes.
std::string Quoted(std::string_view text, std::string_view escaped) {
  std::string quoted = "'";
  for (const char c : text) {
    if (c == '\'') {
      quoted += escaped;
    } else {
      quoted += c;
    }
  }
  return quoted + "'";
}

std::string Joined(const std::vector<std::string>& words) {
  return fmt::format("{}", fmt::join(words, " "));
}

std::string OptionKeys(std::string_view after) {
  std::string keys;
  for (const OptionSpec* spec : AllOptions()) keys += fmt::format("{}{} ", spec->key, after);
  if (!keys.empty()) keys.pop_back();
  return keys;
}

std::vector<std::string> NamesOf(const CompletedOption& option) {
  std::vector<std::string> names;
  for (const std::string& name : option.short_names) names.push_back("-" + name);
  for (const std::string& name : option.long_names) names.push_back("--" + name);
  return names;
}

// ---- bash, which zsh can read ----

/// The statement that offers such values.
std::string BashOffer(const CompletedValue& value) {
  switch (value.kind) {
    case Completed::kNothing: return ":";
    case Completed::kWords: return fmt::format("_penstock_words '{}'", Joined(value.words));
    case Completed::kJobs: return "_penstock_words \"$(penstock list -a -o name 2>/dev/null)\"";
    case Completed::kWorkers: return "_penstock_words \"$(penstock workers -o name 2>/dev/null)\"";
    case Completed::kPlugins: return "_penstock_plugins";
    case Completed::kFiles: return "_penstock_files";
    case Completed::kKeys: return fmt::format("_penstock_words '{}'", OptionKeys(""));
    case Completed::kDefinitions: return "_penstock_definitions";
  }
  return ":";
}

constexpr const char* kBashBegin = R"(# Completion of penstock's command line: source it.
_penstock_words() { COMPREPLY=($(compgen -W "$1" -- "$cur")); }
_penstock_files() { COMPREPLY=($(compgen -f -- "$cur")); compopt -o filenames 2>/dev/null; }
_penstock_plugins() {
  COMPREPLY=($(compgen -f -X '!*.so' -- "$cur") $(compgen -d -- "$cur"))
  compopt -o filenames 2>/dev/null
}
)";

std::string BashCommands(const std::vector<CompletedCommand>& commands) {
  std::string paths;
  for (const CompletedCommand& command : commands) {
    if (command.path.find(' ') == std::string::npos) continue;
    paths += fmt::format("{}'{}'", paths.empty() ? "" : "|", command.path);
  }
  return paths;
}

std::string BashValues(const std::vector<CompletedCommand>& commands) {
  std::string cases;
  for (const CompletedCommand& command : commands) {
    for (const CompletedOption& option : command.options) {
      if (!option.takes_value) continue;
      std::string patterns;
      for (const std::string& name : NamesOf(option)) {
        patterns += fmt::format("{}'{} {}'", patterns.empty() ? "" : "|", command.path, name);
      }
      cases += fmt::format("    {}) {}; return ;;\n", patterns, BashOffer(option.value));
    }
  }
  return cases;
}

std::string BashOptions(const std::vector<CompletedCommand>& commands) {
  std::string cases;
  for (const CompletedCommand& command : commands) {
    std::vector<std::string> names;
    for (const CompletedOption& option : command.options) {
      for (std::string& name : NamesOf(option)) names.push_back(std::move(name));
    }
    cases += fmt::format("      '{}') _penstock_words '{}' ;;\n", command.path, Joined(names));
  }
  return cases;
}

std::string BashPlaces(const std::vector<CompletedCommand>& commands) {
  std::string cases;
  for (const CompletedCommand& command : commands) {
    if (!command.commands.empty()) {
      std::vector<std::string> names;
      for (const CLI::App* below : command.commands) names.push_back(below->get_name());
      cases += fmt::format("    '{} 0') _penstock_words '{}' ;;\n", command.path, Joined(names));
      continue;
    }
    for (std::size_t i = 0; i < command.positionals.size(); ++i) {
      cases +=
          fmt::format("    '{} {}') {} ;;\n", command.path, i, BashOffer(command.positionals[i]));
    }
  }
  return cases;
}

std::string BashScript(const std::vector<CompletedCommand>& commands) {
  std::string options_with_value;
  for (const CompletedCommand& command : commands) {
    for (const CompletedOption& option : command.options) {
      if (!option.takes_value) continue;
      for (const std::string& name : NamesOf(option)) {
        options_with_value +=
            fmt::format("{}'{} {}'", options_with_value.empty() ? "" : "|", command.path, name);
      }
    }
  }
  return fmt::format(
      R"({}_penstock_definitions() {{
  COMPREPLY=($(compgen -W '{}' -- "$cur"))
  compopt -o nospace 2>/dev/null
}}
_penstock() {{
  local cur=${{COMP_WORDS[COMP_CWORD]}} prev=${{COMP_WORDS[COMP_CWORD-1]}}
  local place=penstock place_words=0 skip= word i
  COMPREPLY=()
  for ((i = 1; i < COMP_CWORD; i++)); do
    word=${{COMP_WORDS[i]}}
    if [[ -n $skip ]]; then skip=; continue; fi
    case "$place $word" in
      {}) place="$place $word" ;;
      {}) skip=1 ;;
      *' '-*) ;;
      *) place_words=$((place_words + 1)) ;;
    esac
  done
  case "$place $prev" in
{}  esac
  if [[ $cur == -* ]]; then
    case "$place" in
{}    esac
    return
  fi
  case "$place $place_words" in
{}  esac
}}
complete -F _penstock penstock
)",
      kBashBegin, OptionKeys("="), BashCommands(commands), options_with_value, BashValues(commands),
      BashOptions(commands), BashPlaces(commands));
}

// ---- fish ----

std::string FishOffer(const CompletedValue& value) {
  switch (value.kind) {
    case Completed::kNothing: return " -x";
    case Completed::kWords: return fmt::format(" -x -a {}", Quoted(Joined(value.words), "\\'"));
    case Completed::kJobs: return " -x -a '(penstock list -a -o name 2>/dev/null)'";
    case Completed::kWorkers: return " -x -a '(penstock workers -o name 2>/dev/null)'";
    case Completed::kPlugins: return " -x -a '(__fish_complete_suffix .so)'";
    case Completed::kFiles: return " -r -F";
    case Completed::kKeys: return fmt::format(" -x -a '{}'", OptionKeys(""));
    case Completed::kDefinitions: return fmt::format(" -x -a '{}'", OptionKeys("="));
  }
  return "";
}

std::string FishCommand(const CompletedCommand& command) {
  const std::string here =
      fmt::format("complete -c penstock -n '__penstock_at \"{}\"'", command.path);
  std::string lines;
  for (const CLI::App* below : command.commands) {
    lines += fmt::format("{} -a {} -d {}\n", here, below->get_name(),
                         Quoted(below->get_description(), "\\'"));
  }
  for (const CompletedOption& option : command.options) {
    std::string names;
    for (const std::string& name : option.short_names) {
      // Fish knows short options of one letter; longer ones are "old" style.
      names += fmt::format(" -{} {}", name.size() == 1 ? "s" : "o", name);
    }
    for (const std::string& name : option.long_names) names += fmt::format(" -l {}", name);
    lines += fmt::format("{}{}{} -d {}\n", here, names,
                         option.takes_value ? FishOffer(option.value) : "",
                         Quoted(option.description, "\\'"));
  }
  for (const CompletedValue& value : command.positionals) {
    if (value.kind == Completed::kNothing) continue;
    // The option -r would ask for a value of an option that isn't there.
    const std::string offer = value.kind == Completed::kFiles ? " -F" : FishOffer(value).substr(3);
    lines += here + offer + "\n";
  }
  return lines;
}

std::string FishScript(const std::vector<CompletedCommand>& commands) {
  std::string paths;
  std::string lines;
  for (const CompletedCommand& command : commands) {
    if (command.path.find(' ') != std::string::npos) paths += fmt::format(" '{}'", command.path);
    lines += FishCommand(command);
  }
  return fmt::format(R"(# Completion of penstock's command line: source it.
function __penstock_at
  set -l place penstock
  for word in (commandline -opc)[2..-1]
    if contains -- "$place $word"{}
      set place "$place $word"
    end
  end
  test "$place" = $argv[1]
end
complete -c penstock -f
{})",
                     paths, lines);
}

}  // namespace

std::string CompletionScript(const CLI::App& app, std::string_view shell) {
  const std::vector<CompletedCommand> commands = CompletedCommands(app);
  if (shell == "fish") return FishScript(commands);
  if (shell == "bash") return BashScript(commands);
  return "#compdef penstock\nautoload -U +X bashcompinit && bashcompinit\n" + BashScript(commands);
}

}  // namespace penstock
