#include "connectors/procfs/host_reading.h"

#include <algorithm>
#include <utility>

namespace penstock {
namespace {

/// Empty when it isn't there; files of /proc have no size.
std::string ReadAll(FileSystem& fs, const std::string& path) {
  constexpr std::size_t kChunk = 16 * 1024;
  std::string content;
  Result<std::unique_ptr<RandomAccessFile>> file = fs.Open(path);
  while (file.ok()) {
    const std::size_t size = content.size();
    content.resize(size + kChunk);
    const Result<std::size_t> n = (*file)->Read(size, content.data() + size, kChunk);
    content.resize(size + (n.ok() ? *n : 0));
    if (!n.ok() || *n < kChunk) break;
  }
  return content;
}

bool IsPid(const std::string& name) {
  return !name.empty() &&
         std::all_of(name.begin(), name.end(), [](char c) { return c >= '0' && c <= '9'; });
}

Result<std::vector<ProcessTimes>> ReadProcesses(FileSystem& fs, const std::string& root) {
  std::vector<ProcessTimes> processes;
  PENSTOCK_ASSIGN_OR_RETURN(const auto names, fs.List(root));
  for (const std::string& name : names) {
    if (!IsPid(name)) continue;
    // One that has ended meanwhile has no file any more.
    auto process = ParseProcess(ReadAll(fs, root + "/" + name + "/stat"));
    if (process) processes.push_back(std::move(*process));
  }
  std::sort(processes.begin(), processes.end(),
            [](const auto& a, const auto& b) { return a.pid < b.pid; });
  return processes;
}

/// Adds samples of one point in time.
class SampleList {
 public:
  explicit SampleList(const SampleOptions& options)
      : options_(options), seconds_(std::chrono::duration<double>(options.elapsed).count()) {}

  void Add(const char* metric, std::string instance, double value) {
    samples_.push_back({options_.time, metric, std::move(instance), value});
  }
  /// `scale` times the growth per second.
  void AddRate(const char* metric, const std::string& instance, std::uint64_t before,
               std::uint64_t now, double scale = 1) {
    if (now < before || seconds_ <= 0) return;
    Add(metric, instance, scale * static_cast<double>(now - before) / seconds_);
  }
  std::vector<MetricSample> Take() { return std::move(samples_); }

 private:
  const SampleOptions& options_;
  const double seconds_;
  std::vector<MetricSample> samples_;
};

template <typename C>
const C* Find(const std::vector<C>& counters, const std::string& name) {
  const auto found =
      std::find_if(counters.begin(), counters.end(), [&](const C& c) { return c.name == name; });
  return found == counters.end() ? nullptr : &*found;
}

double PercentOf(std::uint64_t part, std::uint64_t whole) {
  return 100 * static_cast<double>(part) / static_cast<double>(whole);
}

void AddCpus(const HostReading& before, const HostReading& now, SampleList& samples) {
  for (const CpuTimes& cpu : now.cpus) {
    const CpuTimes* const old = Find(before.cpus, cpu.name);
    if (old == nullptr || cpu.total <= old->total || cpu.busy < old->busy) continue;
    const double percent = PercentOf(cpu.busy - old->busy, cpu.total - old->total);
    samples.Add("cpu.percent", cpu.name == "cpu" ? "" : cpu.name, percent);
  }
}

void AddLevels(const HostReading& now, SampleList& samples) {
  if (now.memory) {
    const MemoryUse& m = *now.memory;
    samples.Add("memory.available_bytes", "", static_cast<double>(m.available));
    samples.Add("memory.used_percent", "", 100 - PercentOf(m.available, m.total));
    if (m.swap_total > 0) {
      samples.Add("swap.used_percent", "", 100 - PercentOf(m.swap_free, m.swap_total));
    }
  }
  if (now.load) {
    const char* const names[] = {"load.1m", "load.5m", "load.15m"};
    for (std::size_t i = 0; i < 3; ++i) samples.Add(names[i], "", (*now.load)[i]);
  }
}

void AddDevices(const HostReading& before, const HostReading& now, SampleList& samples) {
  constexpr double kPercentPerMilli = 0.1;
  for (const DiskCounters& disk : now.disks) {
    const DiskCounters* const old = Find(before.disks, disk.name);
    if (old == nullptr) continue;
    samples.AddRate("disk.read_bytes_per_s", disk.name, old->bytes_read, disk.bytes_read);
    samples.AddRate("disk.write_bytes_per_s", disk.name, old->bytes_written, disk.bytes_written);
    samples.AddRate("disk.busy_percent", disk.name, old->busy_millis, disk.busy_millis,
                    kPercentPerMilli);
  }
  for (const NetworkCounters& net : now.interfaces) {
    const NetworkCounters* const old = Find(before.interfaces, net.name);
    if (old == nullptr) continue;
    samples.AddRate("net.received_bytes_per_s", net.name, old->bytes_received, net.bytes_received);
    samples.AddRate("net.sent_bytes_per_s", net.name, old->bytes_sent, net.bytes_sent);
  }
}

struct Growth {
  const ProcessTimes* before;
  const ProcessTimes* now;
  std::uint64_t ticks() const { return now->cpu_ticks - before->cpu_ticks; }
};

void AddProcesses(const HostReading& before, const HostReading& now, const SampleOptions& options,
                  SampleList& samples) {
  std::vector<Growth> busy;
  auto old = before.processes.begin();
  for (const ProcessTimes& process : now.processes) {
    while (old != before.processes.end() && old->pid < process.pid) ++old;
    const bool same = old != before.processes.end() && old->pid == process.pid &&
                      old->start_tick == process.start_tick;
    if (same && process.cpu_ticks > old->cpu_ticks) busy.push_back({&*old, &process});
  }
  const auto most = busy.begin() + static_cast<std::ptrdiff_t>(std::min(options.top, busy.size()));
  std::partial_sort(busy.begin(), most, busy.end(),
                    [](const Growth& a, const Growth& b) { return a.ticks() > b.ticks(); });
  for (auto process = busy.begin(); process != most; ++process) {
    samples.AddRate(
        "process.cpu_percent", process->now->name + "[" + std::to_string(process->now->pid) + "]",
        process->before->cpu_ticks, process->now->cpu_ticks, 100 / options.ticks_per_second);
  }
}

}  // namespace

Result<HostReading> ReadHost(FileSystem& fs, const std::string& root, bool with_processes) {
  HostReading reading;
  reading.cpus = ParseCpuTimes(ReadAll(fs, root + "/stat"));
  if (reading.cpus.empty()) {
    return Status::Unavailable(root + "/stat cannot be read, or is not that of Linux",
                               "run the job where /proc is mounted");
  }
  reading.memory = ParseMemory(ReadAll(fs, root + "/meminfo"));
  reading.load = ParseLoad(ReadAll(fs, root + "/loadavg"));
  reading.disks = ParseDisks(ReadAll(fs, root + "/diskstats"));
  reading.interfaces = ParseNetwork(ReadAll(fs, root + "/net/dev"));
  if (with_processes) {
    PENSTOCK_ASSIGN_OR_RETURN(reading.processes, ReadProcesses(fs, root));
  }
  return reading;
}

std::vector<MetricSample> Compare(const HostReading& before, const HostReading& now,
                                  const SampleOptions& options) {
  SampleList samples(options);
  AddCpus(before, now, samples);
  AddLevels(now, samples);
  AddDevices(before, now, samples);
  AddProcesses(before, now, options, samples);
  return samples.Take();
}

}  // namespace penstock
