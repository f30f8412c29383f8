#include "my_job.h"

#include <penstock/connectors/file/file_sink.h>
#include <penstock/connectors/file/file_source.h>

using namespace penstock;

// How often is each page viewed, per minute of event time, and how slow is it at worst?
PENSTOCK_JOB(my_job) {
  env.from("views", FileSource::csv<View>(args.path("input", "data/views.csv")))
      .with_timestamps(bounded_out_of_orderness(5s), &View::time)
      .filter(IsPage)
      .key_by(&View::page)
      .window("page-views", tumbling(args.get("window", Millis(60s))))
      .aggregate(Tally{}, Summarize)
      .sink_to("results", FileSink::csv<PageViews>(args.path("output", "output")));
}
