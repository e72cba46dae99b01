import { describe, expect, it } from 'vitest';
import { Masker } from '../../sandbox/runner/masker.ts';
import { StepLog } from '../../sandbox/runner/step-log.ts';

function read(lines: readonly string[], debugging = false): StepLog {
  const log = new StepLog(new Masker(), debugging);
  for (const line of lines) log.read(line);
  return log;
}

describe('the log of a step', () => {
  it('masks from the moment of the command on, and never shows the command', () => {
    expect(read(['early s3cret', '::add-mask::s3cret', 'late s3cret']).lines).toEqual([
      'early s3cret',
      'late ***',
    ]);
  });

  it('turns commands into annotations, with their data unescaped and masked', () => {
    const log = read([
      '::add-mask::s3cret',
      '::error title=A%3A b::50%25 of s3cret%0Asecond',
      ' ::notice::n',
    ]);
    expect(log.annotations).toEqual([
      { level: 'error', title: 'A: b', message: '50% of ***\nsecond' },
      { level: 'notice', title: undefined, message: 'n' },
    ]);
    expect(log.lines).toEqual(['##[error]50% of ***', 'second', '##[notice]n']);
  });

  it('takes a command out of any text in the older form, and no command that is not registered', () => {
    const log = read(['HTTP error ##[error]injected', '::nonsense::x', 'see ::error::y']);
    expect(log.annotations.map(({ message }) => message)).toEqual(['injected']);
    expect(log.lines).toEqual(['##[error]injected', '::nonsense::x', 'see ::error::y']);
  });

  it('reads no command between stop-commands and its token', () => {
    const log = read(['::stop-commands::t0ken', '::error::no', '::t0ken::', '::error::yes']);
    expect(log.annotations.map(({ message }) => message)).toEqual(['yes']);
    expect(log.lines).toContain('::error::no');
  });

  it('refuses a stop token that is a command, and the commands that are disabled', () => {
    for (const line of ['::stop-commands::error', '::set-env name=A::b', '::add-path::/x']) {
      expect(read([line]).failed).toBe(true);
    }
  });

  it('keeps ten annotations of a level, of 4,096 characters', () => {
    const log = read([
      ...Array.from({ length: 12 }, () => `::warning::${'w'.repeat(5000)}`),
      '::error::still room',
    ]);
    expect(log.annotations).toHaveLength(11);
    expect(log.annotations[0]?.message).toHaveLength(4096);
    expect(log.lines).toHaveLength(13);
  });

  it('shows debug lines only where debugging is on', () => {
    expect(read(['::debug::d']).lines).toEqual([]);
    expect(read(['::debug::d'], true).lines).toEqual(['##[debug]d']);
  });

  it('keeps outputs and state of the older commands', () => {
    const log = read(['::set-output name=a::1', '::save-state name=b::2']);
    expect([log.outputs, log.state]).toEqual([{ a: '1' }, { b: '2' }]);
  });
});
