import { DAY, HOUR, MINUTE, rfc3339, type Instant, type Milliseconds } from '../../model/time.ts';
import type { Row } from './timeline.ts';

/** The part of time that a picture shows. */
export interface Window {
  readonly from: Instant;
  readonly until: Instant;
}

/** Nothing further away than this stretches a picture. */
const FARTHEST: Milliseconds = 400 * DAY;
/** A moment this many times further away than the next one would squash it. */
const SQUASHED = 64;
/** What is shown if nothing is to come. */
const IDLE: Milliseconds = 30 * DAY;
/** Anything nearer than this is now. */
const NOW: Milliseconds = MINUTE;

/** Axes, from the shortest span to the longest: ticks so far apart that their labels have room. */
const AXES = [
  { upTo: HOUR, tick: '10minute', format: '%H:%M' },
  { upTo: 5 * HOUR, tick: '1hour', format: '%H:%M' },
  { upTo: 14 * HOUR, tick: '3hour', format: '%H:%M' },
  { upTo: 2 * DAY, tick: '6hour', format: '%H:%M' },
  { upTo: 7 * DAY, tick: '1day', format: '%d %b' },
  { upTo: 49 * DAY, tick: '1week', format: '%d %b' },
  { upTo: 84 * DAY, tick: '2week', format: '%d %b' },
  { upTo: 130 * DAY, tick: '1month', format: '%b %Y' },
  { upTo: 420 * DAY, tick: '3month', format: '%b %Y' },
  { upTo: 800 * DAY, tick: '6month', format: '%b %Y' },
] as const;
const LONGEST_AXIS = { tick: '12month', format: '%b %Y' } as const;

/**
 * Narrow enough to be read on a phone. What a row is stands in the column on its left, so that only a short label
 * stands in or beside a bar. The colors show on light and dark pages; texts outside of bars have the theme's own.
 */
const LOOK = {
  gantt: {
    useWidth: 480,
    barHeight: 30,
    barGap: 8,
    topPadding: 46,
    leftPadding: 150,
    rightPadding: 28,
    gridLineStartPadding: 0,
    fontSize: 13,
    sectionFontSize: 13,
    titleTopMargin: 22,
  },
  themeVariables: {
    taskBkgColor: '#6e7781',
    taskBorderColor: '#6e7781',
    taskTextColor: '#ffffff',
    taskTextLightColor: '#ffffff',
    taskTextDarkColor: '#ffffff',
    activeTaskBkgColor: '#1a7f37',
    activeTaskBorderColor: '#1a7f37',
    doneTaskBkgColor: '#9a6700',
    doneTaskBorderColor: '#9a6700',
    critBkgColor: '#cf222e',
    critBorderColor: '#cf222e',
    sectionBkgColor: 'transparent',
    sectionBkgColor2: 'transparent',
    altSectionBkgColor: 'transparent',
  },
  // Older versions give a text beside such a bar the white of a text inside of it.
  themeCSS:
    '.titleText { font-size: 12px; } .grid .tick text { font-size: 12px; } .grid .tick line { stroke: #8b949e; stroke-opacity: 0.35; } .milestone { fill: #0969da; stroke: #0969da; } .taskTextOutsideRight, .taskTextOutsideLeft { fill: #7d8590 !important; }',
};

const TAGS = { guards: 'done, ', works: 'active, ', harms: 'crit, ', plain: '' } as const;

/** A Mermaid Gantt chart in a fenced block; empty if there is nothing to draw. */
export function gantt(rows: readonly Row[], now: Instant): string {
  if (rows.length === 0) return '';
  const window = windowFor(rows, now);
  const axis = AXES.find(({ upTo }) => window.until - window.from <= upTo) ?? LONGEST_AXIS;
  return [
    '```mermaid',
    `%%{init: ${JSON.stringify(LOOK)}}%%`,
    'gantt',
    '  title Times in UTC',
    // Mermaid reads and prints times in the reader's zone, which cancels out: what is shown is UTC.
    '  dateFormat YYYY-MM-DD HH:mm:ss',
    `  axisFormat ${axis.format}`,
    `  tickInterval ${axis.tick}`,
    '  weekday monday',
    '  todayMarker off',
    ...rows.flatMap((row) => [
      `  section ${ganttText(row.title)}<br>${ganttText(row.note)}`,
      `    ${task(row, window)}`,
    ]),
    '```',
  ].join('\n');
}

/** Text with nothing left in it that Mermaid would read as anything but text. */
export function ganttText(text: string): string {
  return text.replace(/[^\p{L}\p{N}\p{M} .,'()/+_“”→←…:-]/gu, '·').replace(/:/g, '#58;');
}

/**
 * What is shown: all moments to come, unless one is so far away that nearer ones could not be told apart, and about as
 * much of the past.
 */
export function windowFor(rows: readonly Row[], now: Instant): Window {
  const moments = rows.flatMap(({ shape }) => {
    const ends = shape.kind === 'moment' ? [shape.at] : [shape.from, shape.until];
    return ends.filter((end) => end !== undefined);
  });
  const ahead = moments.map((at) => at - now).filter((distance) => distance >= NOW);
  const next = Math.max(5 * MINUTE, Math.min(...ahead));
  const shown = ahead.filter((distance) => distance <= Math.min(FARTHEST, next * SQUASHED));
  const past = moments.map((at) => now - at).filter((distance) => distance >= NOW);
  const future =
    shown.length > 0 ? Math.max(...shown) : Math.min(IDLE, Math.max(HOUR, ...past.map((age) => age / 2)));
  const back = Math.max(0, ...past.filter((age) => age <= 2 * future));
  const margin = (future + back) * 0.05;
  return { from: now - back - margin, until: now + future + margin };
}

function task({ label, shape, tone }: Row, window: Window): string {
  if (shape.kind === 'moment') {
    return `${ganttText(label)} :milestone, ${second(clamp(shape.at, window))}, 0d`;
  }
  const from = clamp(shape.from ?? window.from, window);
  const until = clamp(shape.until ?? window.until, window);
  const arrow = (shape.until ?? Infinity) > window.until ? ' →' : '';
  // Never so short that it cannot be seen.
  const least = (window.until - window.from) / 100;
  const start = Math.min(from, window.until - least);
  return `${ganttText(label)}${arrow} :${TAGS[tone]}${second(start)}, ${second(Math.max(until, start + least))}`;
}

/** `2026-11-22 06:00:12` */
function second(instant: Instant): string {
  return rfc3339(instant).replace('T', ' ').replace('Z', '');
}

function clamp(instant: Instant, { from, until }: Window): Instant {
  return Math.min(until, Math.max(from, instant));
}
