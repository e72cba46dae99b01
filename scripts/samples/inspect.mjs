/* global document, mermaid, window */
// Runs in the page: makes what GitHub makes of alerts and diagrams, then looks for what a person would object to.

window.drawAndInspect = async (theme) => {
  const faults = [];
  makeAlerts();
  for (const details of document.querySelectorAll('details')) details.open = true;
  mermaid.initialize({ startOnLoad: false, securityLevel: 'strict', theme });
  const blocks = [...document.querySelectorAll('code.language-mermaid')];
  for (const [index, block] of blocks.entries()) {
    const figure = document.createElement('figure');
    const source = block.textContent;
    block.parentElement.replaceWith(figure);
    try {
      await mermaid.parse(source);
      figure.innerHTML = (await mermaid.render(`diagram${index}`, source)).svg;
    } catch (error) {
      faults.push(`mermaid refused a diagram: ${error.message}`);
      figure.textContent = source;
    }
  }
  await document.fonts.ready;
  for (const figure of document.querySelectorAll('figure')) faults.push(...faultsOfDiagram(figure));
  faults.push(...faultsOfText());
  document.documentElement.dataset.height = Math.ceil(document.body.scrollHeight);
  document.documentElement.dataset.faults = JSON.stringify(faults);
};

/** `> [!CAUTION]` as GitHub shows it. */
function makeAlerts() {
  for (const quote of document.querySelectorAll('blockquote')) {
    const [, kind] = /^\s*\[!(CAUTION|WARNING|NOTE)\]/.exec(quote.textContent) ?? [];
    if (kind === undefined) continue;
    quote.className = `alert ${kind.toLowerCase()}`;
    const first = quote.querySelector('p');
    first.innerHTML = first.innerHTML.replace(/^\s*\[!\w+\]\s*/, '');
    const title = document.createElement('p');
    title.className = 'alert-title';
    title.textContent = kind[0] + kind.slice(1).toLowerCase();
    quote.prepend(title);
  }
}

function faultsOfDiagram(figure) {
  const svg = figure.querySelector('svg');
  if (svg === null) return [];
  const frame = svg.getBoundingClientRect();
  const texts = [...svg.querySelectorAll('text')].filter((text) => text.textContent.trim() !== '');
  const bars = [...svg.querySelectorAll('rect.task')];
  const found = [];
  for (const text of texts) {
    const box = text.getBoundingClientRect();
    if (box.left < frame.left - 1 || box.right > frame.right + 1 || box.bottom > frame.bottom + 1) {
      found.push(`cut: ${text.textContent}`);
    }
    for (const other of texts) {
      if (other !== text && overlap(box, other.getBoundingClientRect())) {
        found.push(`"${text.textContent}" overlaps "${other.textContent}"`);
      }
    }
    // A text is inside of a bar or beside all of them.
    for (const bar of bars) {
      const edge = bar.getBoundingClientRect();
      if (bar.classList.contains('milestone') || !overlap(box, edge)) continue;
      if (box.left < edge.left - 1 || box.right > edge.right + 1)
        found.push(`on an edge: ${text.textContent}`);
    }
    if (box.height < 9) found.push(`too small: ${text.textContent} (${box.height}px)`);
  }
  return [...new Set(found)];
}

function faultsOfText() {
  const found = [];
  const main = document.querySelector('main');
  const shown = main.innerText;
  if (document.body.scrollWidth > document.body.clientWidth + 1) found.push('wider than the page');
  for (const [pattern, what] of [
    [/`/, 'a backtick'],
    [/\\[\\`*_[\]<>~|&#!]/, 'an escape'],
    [/&#?\w+;/, 'an entity'],
    [/\*\*/, 'stars'],
    [/\d{4}-\d\d-\d\dT\d\d/, 'RFC 3339'],
    [/undefined|NaN|\[object/, 'a value that is none'],
    [/\[!\w+\]/, 'the mark of an alert'],
  ]) {
    const match = pattern.exec(shown);
    if (match !== null)
      found.push(`shows ${what}: ${shown.slice(Math.max(0, match.index - 30), match.index + 30)}`);
  }
  for (const element of main.querySelectorAll('a, img, script, iframe')) {
    if (!(element.tagName === 'A' && /\/docs\/troubleshooting\.md#/.test(element.href))) {
      found.push(`a name was interpreted: ${element.outerHTML.slice(0, 120)}`);
    }
  }
  for (const cell of main.querySelectorAll('td, th, summary, li, h2')) {
    const box = cell.getBoundingClientRect();
    if (box.right > window.innerWidth + 1 && cell.closest('table') === null) {
      found.push(`reaches out of the page: ${cell.textContent.slice(0, 60)}`);
    }
  }
  return found;
}

function overlap(one, other) {
  const width = Math.min(one.right, other.right) - Math.max(one.left, other.left);
  const height = Math.min(one.bottom, other.bottom) - Math.max(one.top, other.top);
  return width > 1 && height > 2;
}
