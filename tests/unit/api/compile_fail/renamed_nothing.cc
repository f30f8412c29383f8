// expect: every `now` in renamed_fields must be the name of a field of the struct
#include "api/penstock.h"
#include "api/runtime/evolution_of.h"

struct Speed {
  double average = 0;
  static constexpr penstock::RenamedField renamed_fields[] = {{.before = "mean", .now = "avg"}};
};

const penstock::Evolution evolution = penstock::EvolutionOf<Speed>();
