// Addresses of the pages of one job.

export const jobPath = (job: string, ...parts: (string | number)[]) =>
  ["/jobs", job, ...parts.map((part) => encodeURIComponent(part))].join("/");

/** The drawer of a vertex over the graph. */
export const vertexPath = (job: string, vertex: string, tab = "detail") =>
  jobPath(job, "vertices", vertex, tab);
