// What a filter means. A filter of machines that names a KB asks for the machines that miss it, and
// for no others. No DOM here.
const wordsIn = (query) => query.toLowerCase().split(/\s+/).filter((word) => word !== "");

// KBs by everything that people write for them: KB5059811, kb5059811, 5059811. There may be more than
// one of a name.
const kbsNamed = (() => {
  let known = null;
  const learn = () => {
    known = new Map();
    data.kbs.kbId.forEach((id, kb) => {
      [id, kbLabel(kb)].map((name) => name.toLowerCase()).forEach((name) => {
        if (name !== "") known.set(name, [...(known.get(name) || []), kb]);
      });
    });
  };
  return (name) => {
    if (!known) learn();
    return known.get(name) || [];
  };
})();

const isKb = (word) => kbsNamed(word).length > 0;

// The words of a filter. KBs may stand in a list with commas, and apart from their "KB".
const machineWords = (query) => {
  const whole = query.trim().toLowerCase();
  if (isKb(whole)) return [whole];
  return wordsIn(query.replace(/\bkb[\s:_-]+(?=\d{6,8}\b)/gi, "kb")).flatMap((word) => {
    const parts = word.split(/[,;]+/).filter((part) => part !== "");
    return parts.length > 0 && parts.every(isKb) ? parts : [word];
  });
};

// Whether a machine misses one of these KBs.
const missesOneOf = (kbs) => {
  if (kbs.length === 0 || !pairs.areThere) return () => false;
  const wanted = new Uint8Array(data.kbs.kbId.length);
  kbs.forEach((kb) => { wanted[kb] = 1; });
  return (row) => pairs.someOf(row, (kb) => wanted[kb] === 1);
};

const kbsLike = (word) => {
  const kbs = [];
  data.kbs.kbId.forEach((_, kb) => { if (kbLabel(kb).toLowerCase().includes(word)) kbs.push(kb); });
  return kbs;
};

// Any other word is looked for in what the page says of a machine, and in the ids of its KBs.
const machineFilter = (haystack) => (query) => {
  const tests = machineWords(query).map((word) => {
    if (isKb(word)) return missesOneOf(kbsNamed(word));
    const misses = missesOneOf(kbsLike(word));
    return (row) => haystack(row).includes(word) || misses(row);
  });
  return (row) => tests.every((test) => test(row));
};

const textFilter = (haystack) => (query) => {
  const words = wordsIn(query);
  return (row) => words.every((word) => haystack(row).includes(word));
};

// What a filter of machines was taken for, where it names KBs, and what the page cannot say of them.
const machinesNote = (query, found, isNarrower) => {
  const words = machineWords(query);
  const named = words.filter(isKb).map((word) => kbsNamed(word));
  if (named.length === 0) return "";
  const labels = [...new Set(named.flat().map(kbLabel))].join(" and ");
  if (!pairs.areThere) return "Which machines miss " + labels + " is not in this page: see gaps.csv.";
  const isOne = !isNarrower && words.length === 1 && named[0].length === 1;
  const all = isOne ? data.kbs.machinesMissing[named[0][0]] : found;
  if (all <= found) return "Machines that miss " + labels + ".";
  return "Machines that miss " + labels + ": " + numbers.format(found) + " of " + numbers.format(all)
    + " are on this page, all of them in gaps.csv.";
};
