// The page's data: columns, read once.
const numbers = new Intl.NumberFormat("en-US");
const data = JSON.parse(document.getElementById("data").textContent);

const texts = data.texts;
const ID_LENGTH = 40;
const machineId = (row) => data.machines.ids.substr(row * ID_LENGTH, ID_LENGTH);
const kbLabel = (kb) => (data.kbs.kbId[kb] === "" ? "(no KB id)" : "KB" + data.kbs.kbId[kb]);
const machineLabel = (row) => (data.machines.name && data.machines.name[row]) || machineId(row);
const countOf = (count, one, many) => numbers.format(count) + " " + (count === 1 ? one : many);

// A machine's value in a column of the list. The names are a column of the page itself.
const listValue = (column, row) => {
  if (column.words) return column.words[column.of[row]];
  return column.values ? column.values[row] : data.machines.name[row];
};
// The values to filter by: a machine may have several tags.
const listValues = (column, row) =>
  column.tags ? column.tags[column.of[row]] : [listValue(column, row)];
const isNames = (column) => !column.words && !column.values;
const timeAt = (seconds) => new Date(seconds * 1000).toISOString().replace(".000", "");

// Which machine misses which KB, and how many CVEs it addresses there. Decoded on first use.
const pairs = (() => {
  const DIGITS = "0123456789abcdefghijklmnopqrstuvABCDEFGHIJKLMNOPQRSTUVWXYZwxyz-_";
  const worth = new Uint8Array(128);
  for (let digit = 0; digit < DIGITS.length; digit += 1) worth[DIGITS.charCodeAt(digit)] = digit;
  let decoded = null;

  // Five bits a digit; the second half of the digits says that more follow.
  const readerOf = (coded) => {
    let at = 0;
    return () => {
      let [number, shift] = [0, 1];
      let digit = worth[coded.charCodeAt(at)];
      while (digit >= 32) {
        number += (digit - 32) * shift;
        shift *= 32;
        at += 1;
        digit = worth[coded.charCodeAt(at)];
      }
      at += 1;
      return number + digit * shift;
    };
  };

  const decode = () => {
    const counts = data.machines.missingKbs;
    const starts = new Uint32Array(counts.length + 1);
    counts.forEach((count, row) => { starts[row + 1] = starts[row] + count; });
    const kbs = new Uint32Array(starts[counts.length]);
    const next = readerOf(data.pairs.kbs);
    for (let row = 0; row < counts.length; row += 1) {
      let last = 0;
      for (let at = starts[row]; at < starts[row + 1]; at += 1) {
        last += next();
        kbs[at] = last;
      }
    }
    decoded = { starts, kbs, cves: null };
  };

  // The CVEs take a decoding of their own, because a filter does not need them.
  const cves = () => {
    if (!decoded.cves) {
      const next = readerOf(data.pairs.cves);
      decoded.cves = Array.from(decoded.kbs, (kb) => data.kbs.cveAddressed[kb] - next());
    }
    return decoded.cves;
  };

  return {
    areThere: data.pairs !== null,
    gapsOf(row) {
      if (!decoded) decode();
      const { starts, kbs } = decoded;
      const own = cves();
      const gaps = [];
      for (let at = starts[row]; at < starts[row + 1]; at += 1) {
        gaps.push({ kb: kbs[at], cves: own[at] });
      }
      return gaps;
    },
    kbsOf(row) {
      if (!decoded) decode();
      return Array.from(decoded.kbs.subarray(decoded.starts[row], decoded.starts[row + 1]));
    },
    someOf(row, accepts) {
      if (!decoded) decode();
      for (let at = decoded.starts[row]; at < decoded.starts[row + 1]; at += 1) {
        if (accepts(decoded.kbs[at])) return true;
      }
      return false;
    },
    machinesOf(kb) {
      const machines = [];
      for (let row = 0; row < data.machines.count; row += 1) {
        if (this.someOf(row, (each) => each === kb)) machines.push(row);
      }
      return machines;
    },
  };
})();
