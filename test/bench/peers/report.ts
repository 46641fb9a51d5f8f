// Lets a benchmark ask a program for its CPU time and memory. Loaded into each program that is measured; ends it with the benchmark.
process.on('message', () => {
  const { user, system } = process.cpuUsage();
  process.send?.({ cpuUs: user + system, rssMb: process.memoryUsage.rss() / 1e6 });
});
process.on('disconnect', () => process.exit(0));
