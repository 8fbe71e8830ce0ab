// The page's data: columns, read once.
const data = JSON.parse(document.getElementById("data").textContent);

const texts = data.texts;
const ID_LENGTH = 40;
const machineId = (row) => data.machines.ids.substr(row * ID_LENGTH, ID_LENGTH);
const kbLabel = (kb) => (data.kbs.kbId[kb] === "" ? "(no KB id)" : "KB" + data.kbs.kbId[kb]);
const machineLabel = (row) => (data.machines.name && data.machines.name[row]) || machineId(row);
const wordOf = (fact, row) => fact.words[fact.of[row]];
const answeredAt = (row) =>
  new Date((data.machines.firstAnswer + data.machines.answeredAt[row]) * 1000)
    .toISOString()
    .replace(".000", "");

// Which machine misses which KB. Decoded when it is first asked for.
const pairs = (() => {
  const DIGITS = "0123456789abcdefghijklmnopqrstuvABCDEFGHIJKLMNOPQRSTUVWXYZwxyz-_";
  let decoded = null;

  // Distances of five bits a digit; the second half of the digits says that more follow.
  const decode = () => {
    const worth = new Uint8Array(128);
    for (let digit = 0; digit < DIGITS.length; digit += 1) {
      worth[DIGITS.charCodeAt(digit)] = digit;
    }
    const counts = data.machines.missingKbs;
    const starts = new Uint32Array(counts.length + 1);
    counts.forEach((count, row) => { starts[row + 1] = starts[row] + count; });
    const kbs = new Uint32Array(starts[counts.length]);
    let at = 0;
    for (let row = 0; row < counts.length; row += 1) {
      let last = 0;
      for (let place = starts[row]; place < starts[row + 1]; place += 1) {
        let shift = 1;
        let digit = worth[data.pairs.charCodeAt(at)];
        while (digit >= 32) {
          last += (digit - 32) * shift;
          shift *= 32;
          at += 1;
          digit = worth[data.pairs.charCodeAt(at)];
        }
        at += 1;
        last += digit * shift;
        kbs[place] = last;
      }
    }
    decoded = { starts, kbs };
  };

  return {
    areThere: data.pairs !== null,
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
