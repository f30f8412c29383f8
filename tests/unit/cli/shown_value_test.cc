#include "cli/shown_value.h"

#include <boost/json.hpp>
#include <gtest/gtest.h>
#include <yaml-cpp/yaml.h>

namespace penstock {
namespace {

namespace json = boost::json;

TEST(YamlTest, WhenNestedThenInBlockStyle) {
  EXPECT_EQ(ToYaml(json::parse(R"({"a":{"b":[1,{"c":true,"d":[]}],"e":null},"f":"x y"})")),
            "a:\n"
            "  b:\n"
            "    - 1\n"
            "    - c: true\n"
            "      d: []\n"
            "  e: null\n"
            "f: \"x y\"\n");
  EXPECT_EQ(ToYaml(json::parse("[]")), "[]\n");
  EXPECT_EQ(ToYaml(json::parse(R"([["a"],"b"])")), "- - a\n- b\n");
}

TEST(YamlTest, WhenATextLooksLikeAnotherTypeThenItIsReadBackAsThatText) {
  for (const char* text : {"",       "true", "No", "null", "~",     "1",        "1e3", "0x1f",
                           "- a",    "a: b", "#x", "a\nb", "\"q\"", "'q'",      "{a}", "2024-05-01",
                           "/tmp/x", "*a",   "y",  "ä",    " a",    "file:///x"}) {
    const YAML::Node read = YAML::Load(ToYaml(json::object{{text, text}}));
    ASSERT_TRUE(read.IsMap()) << text;
    EXPECT_EQ(read.begin()->first.as<std::string>(), text);
    EXPECT_EQ(read.begin()->second.as<std::string>(), text);
  }
}

}  // namespace
}  // namespace penstock
