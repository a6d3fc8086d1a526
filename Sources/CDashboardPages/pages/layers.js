// A small layered layout for graphs of steps: longest path gives the layer, barycentres the order within it.

/** Places steps [{name, after}] on a grid: {nodes: [{name, layer, slot}], edges: [[from, to]], layers, slots}. A cycle cannot occur in an applied pipeline; were there one, its steps stay in layer 0. */
export function layers(steps) {
  const known = new Map(steps.map((step) => [step.name, (step.after ?? []).filter((name) => name !== step.name)]));
  for (const [name, after] of known) known.set(name, after.filter((other) => known.has(other)));
  const depth = new Map();
  const depthOf = (name, seen) => {
    if (depth.has(name)) return depth.get(name);
    if (seen.has(name)) return 0;
    seen.add(name);
    const value = known.get(name).reduce((most, before) => Math.max(most, depthOf(before, seen) + 1), 0);
    depth.set(name, value);
    return value;
  };
  for (const name of known.keys()) depthOf(name, new Set());
  const columns = [];
  for (const [name, layer] of depth) (columns[layer] ??= []).push(name);
  const filled = Array.from(columns, (column) => column ?? []);

  const slot = new Map();
  const settle = () => filled.forEach((column) => column.forEach((name, i) => slot.set(name, i - (column.length - 1) / 2)));
  settle();
  const followers = new Map([...known.keys()].map((name) => [name, []]));
  for (const [name, after] of known) for (const before of after) followers.get(before).push(name);
  const mean = (names, otherwise) => (names.length ? names.reduce((sum, name) => sum + slot.get(name), 0) / names.length : otherwise);
  for (let sweep = 0; sweep < 4; sweep += 1) {
    const neighbours = sweep % 2 ? followers : known;
    for (const column of filled) column.sort((a, b) => mean(neighbours.get(a), slot.get(a)) - mean(neighbours.get(b), slot.get(b)));
    settle();
  }
  return {
    nodes: [...depth].map(([name, layer]) => ({ name, layer, slot: slot.get(name) })),
    edges: [...known].flatMap(([name, after]) => after.map((before) => [before, name])),
    layers: filled.length,
    slots: filled.reduce((most, column) => Math.max(most, column.length), 0),
  };
}
