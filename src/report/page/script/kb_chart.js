// How many machines still miss a KB, run by run since its release.
const drawn = (name, attributes, children = []) => {
  // The page has drawings already; their name space is that of this one.
  const made = document.createElementNS(document.querySelector("svg").namespaceURI, name);
  Object.entries(attributes).forEach(([key, value]) => made.setAttribute(key, value));
  made.append(...children);
  return made;
};

const dayOf = (seconds) => timeAt(seconds).slice(0, 10);

// The runs since the KB was first missing, each with its machines.
const runsOf = (kb) => {
  if (!data.kbRuns) return [];
  const runs = data.kbRuns.machines[kb].map((count, run) => ({ at: data.kbRuns.at[run], count }));
  const first = runs.findIndex((run) => run.count > 0);
  return first < 0 ? [] : runs.slice(first);
};

const kbChart = (kb) => {
  const runs = runsOf(kb);
  if (runs.length < 2) return [];
  const [width, height] = [360, 90];
  const released = data.kbs.releasedOn && data.kbs.releasedOn[kb];
  const from = Math.min(released ? Date.parse(released) / 1000 : Infinity, runs[0].at);
  const until = runs[runs.length - 1].at;
  const most = Math.max(...runs.map((run) => run.count));
  const x = (run) => 5 + ((run.at - from) / Math.max(1, until - from)) * (width - 10);
  const y = (run) => height - 5 - (run.count / most) * (height - 15);
  const day = (run) => Math.floor((run.at - from) / 86400);
  const words = (run) => dayOf(run.at) + ": " + numbers.format(run.count);
  const dots = runs.map((run) =>
    drawn("circle", { class: "whole", cx: x(run), cy: y(run), r: 3 }, [drawn("title", {}, [words(run)])]));
  const line = drawn("polyline", { class: "trend", points: runs.map((run) => x(run) + "," + y(run)).join(" ") });
  const axis = drawn("polyline", { class: "axis", points: "5,5 5," + (height - 5) + " " + (width - 5) + "," + (height - 5) });
  const about = "Machines that miss " + kbLabel(kb) + ": " + runs.map(words).join("; ");
  const svg = drawn("svg", { viewBox: "0 0 " + width + " " + height, width, height, role: "img", "aria-label": about },
    [axis, line, ...dots]);
  const last = runs[runs.length - 1];
  const text = numbers.format(most) + " machines at most, " + numbers.format(last.count) + " on day " + day(last)
    + (released ? " since its release (" + released + ")" : " since it was first missing (" + dayOf(from) + ")");
  const figure = element("figure", undefined, "kb-runs");
  figure.append(svg, element("figcaption", text));
  return [figure];
};

