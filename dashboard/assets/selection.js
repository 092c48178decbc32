// Which conversations are selected: kept in the page, shared by the list and the bench below it.
const SELECTION = (window.socialListenerSelection ||= { ids: new Set(), all: false, total: 0, filter: null, last: null });

function selectionChanged() {
  document.dispatchEvent(new CustomEvent("social-listener-selection"));
}

function selectionSize() {
  return SELECTION.all ? SELECTION.total : SELECTION.ids.size;
}

function clearSelection() {
  if (!SELECTION.ids.size && !SELECTION.all) return;
  SELECTION.ids.clear();
  SELECTION.all = false;
  selectionChanged();
}

// Another filter is another list: what was selected there is not meant here.
function selectionShown(filter, total) {
  SELECTION.total = total;
  if (SELECTION.filter === filter) return;
  SELECTION.filter = filter;
  SELECTION.last = null;
  clearSelection();
}

function toggleSelected(id, rows, range) {
  if (SELECTION.all) {
    SELECTION.all = false;
    SELECTION.ids = new Set(rows);
  }
  const ends = [rows.indexOf(SELECTION.last), rows.indexOf(id)];
  if (range && !ends.includes(-1)) {
    for (const one of rows.slice(Math.min(...ends), Math.max(...ends) + 1)) SELECTION.ids.add(one);
  } else if (!SELECTION.ids.delete(id)) SELECTION.ids.add(id);
  SELECTION.last = id;
  selectionChanged();
}

function isSelected(id) {
  return SELECTION.all || SELECTION.ids.has(id);
}
