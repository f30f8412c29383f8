#include "my_job.h"

#include <penstock/connectors/file/file_sink.h>
#include <penstock/connectors/file/file_source.h>

using namespace penstock;

// How often is each page viewed, per minute of event time, and how slow is it at worst?
PENSTOCK_JOB(my_job) {
  const auto input = args.path("input", "data/views.csv", "views as CSV: time, page, load_ms");
  const auto output = args.path("output", "output", "directory that gets part-*.csv");
  const auto window = args.get("window", Millis(1min), at_least(1s), "length of the windows");

  const auto views =
      env.from("views", FileSource::csv<View>(input), bounded_out_of_orderness(5s), &View::time);
  CountViews(views, window).sink_to("results", FileSink::csv<PageViews>(output));
}
