// The tables' state in the address: #kbs?q=edge&sort=-exposure&page=2;machines?page=3
const KEYS = ["q", "sort", "page", "size"];

const stateText = (table) => {
  const state = table.get();
  const differing = KEYS.filter((key) => state[key] !== table.initial[key]);
  const text = differing.map((key) => key + "=" + encodeURIComponent(state[key])).join("&");
  return text === "" ? "" : table.name + "?" + text;
};

const decoded = (text) => {
  try {
    return decodeURIComponent(text);
  } catch {
    return "";
  }
};

const stateFrom = (text) => {
  const state = {};
  text.split("&").forEach((each) => {
    const [key, value = ""] = each.split("=");
    if (key === "q") state.q = decoded(value);
    if (key === "sort" && /^-?[A-Za-z]+$/.test(value)) state.sort = value;
    if (key === "page" && /^[1-9]\d{0,6}$/.test(value)) state.page = Number(value);
    if (key === "size" && SIZES.includes(Number(value))) state.size = Number(value);
  });
  return state;
};

const writeHash = (tables, last) => {
  const ordered = [...tables].sort((one, other) => (other.name === last) - (one.name === last));
  const parts = ordered.map(stateText).filter((text) => text !== "");
  const hash = parts.length === 0 ? "#" + last : "#" + parts.join(";");
  history.replaceState(null, "", hash);
};

// A plain #kbs only goes there. With a state, the tables that it does not name are as at first.
const followHash = (tables) => {
  const parts = location.hash.slice(1).split(";").map((part) => part.split("?"));
  if (!parts.some((part) => part.length > 1)) return;
  tables.forEach((table) => {
    const own = parts.find(([name]) => name === table.name);
    table.set(own ? stateFrom(own[1] || "") : {});
  });
  const first = tables.find((table) => table.name === parts[0][0]);
  if (first) document.getElementById(first.name).scrollIntoView();
};
