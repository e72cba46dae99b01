import { DAY, HOUR, MINUTE, type Instant, type Milliseconds } from '../../model/time.ts';
import type { Life } from './lives.ts';
import { away, day, minute } from './times.ts';

/** The part of time that a picture shows. */
export interface Window {
  readonly from: Instant;
  readonly until: Instant;
}

/** Nothing further away than this stretches a picture. */
const FARTHEST: Milliseconds = 400 * DAY;
/** A moment this many times further away than the next one would squash it. */
const SQUASHED = 64;
/** What is shown where nothing is to come. */
const IDLE: Milliseconds = 30 * DAY;

/** Axes, from the shortest span to the longest: up to ten ticks each, with room for their labels. */
const AXES = [
  { upTo: HOUR, tick: '10minute', format: '%H:%M' },
  { upTo: 4 * HOUR, tick: '30minute', format: '%H:%M' },
  { upTo: 16 * HOUR, tick: '2hour', format: '%H:%M' },
  { upTo: 2 * DAY, tick: '6hour', format: '%d %b %H:%M' },
  { upTo: 4 * DAY, tick: '12hour', format: '%d %b %H:%M' },
  { upTo: 16 * DAY, tick: '1day', format: '%d %b' },
  { upTo: 70 * DAY, tick: '1week', format: '%d %b' },
  { upTo: 270 * DAY, tick: '1month', format: '%b %Y' },
] as const;
const LONGEST_AXIS = { tick: '3month', format: '%b %Y' } as const;

/**
 * Only single colors are set, so that everything else stays with the reader's light or dark theme: bars that
 * carry white text, and shades that show on both. A label beside its bar has the theme's own color, except
 * beside an `active` one, so that style is kept for bars that are wide enough to hold their label.
 */
const LOOK = {
  gantt: {
    // Where labels go depends on the width, so it is the same everywhere; narrow screens scale the picture.
    useWidth: 900,
    barHeight: 26,
    barGap: 6,
    leftPadding: 110,
    rightPadding: 24,
    fontSize: 13,
    sectionFontSize: 13,
  },
  themeVariables: {
    taskBkgColor: '#656d76',
    taskBorderColor: '#656d76',
    taskTextColor: '#ffffff',
    taskTextLightColor: '#ffffff',
    taskTextDarkColor: '#ffffff',
    activeTaskBkgColor: '#1a7f37',
    activeTaskBorderColor: '#1a7f37',
    critBkgColor: '#cf222e',
    critBorderColor: '#cf222e',
    sectionBkgColor: '#8b949e',
    sectionBkgColor2: '#8b949e',
    altSectionBkgColor: 'transparent',
  },
  // The lines of the grid have the color of text unless they are told otherwise, and labels stand on them.
  themeCSS: '.grid .tick line { stroke: #8b949e; stroke-opacity: 0.45; }',
};

/** What part of the picture a bar must fill so that its label surely fits inside. */
const WIDE = 0.6;

/** A Mermaid Gantt chart in a fenced block, or nothing where there is nothing to draw. */
export function gantt(lives: readonly Life[], now: Instant): string {
  if (lives.length === 0) return '';
  const window = windowFor(lives, now);
  const span = window.until - window.from;
  const axis = AXES.find(({ upTo }) => span <= upTo) ?? LONGEST_AXIS;
  const lines = [
    '```mermaid',
    `%%{init: ${JSON.stringify(LOOK)}}%%`,
    'gantt',
    // Mermaid reads and prints times in the reader's zone, which cancels out: what is shown is UTC.
    '  dateFormat YYYY-MM-DD HH:mm',
    `  axisFormat ${axis.format}`,
    `  tickInterval ${axis.tick}`,
    '  weekday monday',
    '  todayMarker off',
  ];
  let section: string | undefined;
  for (const life of lives.filter((candidate) => isShown(candidate, window))) {
    if (life.section !== section) lines.push(`  section ${ganttText(life.section)}`);
    section = life.section;
    lines.push(`    ${line(life, window, now)}`);
  }
  lines.push('```');
  return lines.join('\n');
}

/** Text from outside, with nothing left in it that Mermaid would read as anything but text. */
export function ganttText(text: string): string {
  return text.replace(/[^\p{L}\p{N}\p{M} .,'()/+_“”→←…-]/gu, '·');
}

/**
 * What is to be shown: all moments to come, unless one is so far away that nearer ones could not be told
 * apart, and about as much of the past.
 */
export function windowFor(lives: readonly Life[], now: Instant): Window {
  const moments = lives.flatMap(momentsOf);
  const ahead = moments.map((at) => at - now).filter((distance) => distance > 0);
  const next = Math.max(5 * MINUTE, Math.min(...ahead));
  const shown = ahead.filter((distance) => distance <= Math.min(FARTHEST, next * SQUASHED));
  const past = moments.map((at) => now - at).filter((distance) => distance > 0);
  const future =
    shown.length > 0 ? Math.max(...shown) : Math.min(IDLE, Math.max(HOUR, ...past.map((age) => age / 2)));
  const back = Math.max(0, ...past.filter((age) => age <= 2 * future));
  const margin = (future + back) * 0.08;
  return { from: now - back - margin, until: now + future + margin };
}

function momentsOf({ at, shape }: Life): readonly Instant[] {
  // Where a bar begins matters only if that is what it is about.
  const moments = shape === 'moment' ? [at] : [at, shape.until];
  return moments.filter((end) => end !== undefined);
}

/** What was over before the picture begins is left to the table, unless it is what the picture is about. */
function isShown({ shape, style }: Life, window: Window): boolean {
  return style === 'alarm' || shape === 'moment' || (shape.until ?? Infinity) > window.from;
}

function line(life: Life, window: Window, now: Instant): string {
  const { shape, style } = life;
  if (shape === 'moment') {
    const at = clamp(life.at ?? now, window);
    const tags = style === 'alarm' ? 'crit, milestone' : 'milestone';
    return `${label(life, window, now)} :${tags}, ${minute(at)}, 0d`;
  }
  const span = window.until - window.from;
  const from = clamp(shape.from ?? window.from, window);
  const until = Math.max(clamp(shape.until ?? window.until, window), from + span / 100);
  const tag = tagFor(style, (until - from) / span);
  return `${label(life, window, now)} :${tag}${minute(from)}, ${minute(until)}`;
}

function tagFor(style: Life['style'], share: number): string {
  if (style === 'alarm') return 'crit, ';
  return style === 'up-to-date' && share >= WIDE ? 'active, ' : '';
}

function label({ says, at }: Life, window: Window, now: Instant): string {
  if (at === undefined) return ganttText(says);
  const distance = away(at, now);
  const text = `${says} ${day(at)}${distance === 'now' ? '' : `, ${distance}`}`;
  if (at < window.from) return ganttText(`← ${text}`);
  return ganttText(at > window.until ? `${text} →` : text);
}

function clamp(instant: Instant, { from, until }: Window): Instant {
  return Math.min(until, Math.max(from, instant));
}
