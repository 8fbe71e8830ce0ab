// The tables' state in the address: #kbs?q=edge&sort=-exposure&page=2;machines?by.Group=Berlin&open=0a1b
const KEYS = ["q", "sort", "page", "size"];

const stateText = (table) => {
  const state = table.get();
  const coded = encodeURIComponent;
  const differing = KEYS.filter((key) => state[key] !== table.initial[key]);
  const parts = differing.map((key) => key + "=" + coded(state[key]));
  Object.entries(state.by || {}).forEach(([key, value]) => parts.push("by." + coded(key) + "=" + coded(value)));
  state.open.forEach((id) => parts.push("open=" + coded(id)));
  return parts.length === 0 ? "" : table.name + "?" + parts.join("&");
};

const decoded = (text) => {
  try {
    return decodeURIComponent(text);
  } catch {
    return "";
  }
};

const stateFrom = (text) => {
  const state = { by: {}, open: [] };
  text.split("&").forEach((each) => {
    const [key, value = ""] = each.split("=");
    if (key === "q") state.q = decoded(value);
    if (key === "sort" && /^-?[A-Za-z]+\d*$/.test(value)) state.sort = value;
    if (key === "page" && /^[1-9]\d{0,6}$/.test(value)) state.page = Number(value);
    if (key === "size" && /^[1-9]\d{0,6}$/.test(value)) state.size = Number(value);
    if (key.startsWith("by.")) state.by[decoded(key.slice(3))] = decoded(value);
    if (key === "open" && state.open.length < MOST_OPEN) state.open.push(decoded(value));
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
