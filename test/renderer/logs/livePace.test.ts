import { describe, expect, it } from 'vitest';
import { LivePace } from '../../../renderer/features/logs/livePace.ts';
import { FakeFrameClock } from '../../helpers/fakes/fakeFrameClock.ts';

describe('how fast a log in a flood is drawn', () => {
  it('the next rows are asked for after the last ones were drawn and a rest of at least 50 ms', () => {
    const clock = new FakeFrameClock();
    const pace = new LivePace(clock);
    let ready = 0;
    pace.handleLive(
      () => {},
      () => ready++,
    );
    clock.advance(2);
    expect(clock.waits).toEqual([]);
    clock.draw();
    expect(clock.waits.map(({ delayMs }) => delayMs)).toEqual([50]);
    expect(ready).toBe(0);
    clock.finishWaits();
    expect(ready).toBe(1);
  });

  it('a page that is slow to draw rests four times as long, and never over half a second', () => {
    const clock = new FakeFrameClock();
    const pace = new LivePace(clock);
    pace.handleLive(
      () => {},
      () => {},
    );
    clock.advance(40);
    clock.draw();
    expect(clock.waits.map(({ delayMs }) => delayMs)).toEqual([160]);
    clock.finishWaits();
    pace.handleLive(
      () => {},
      () => {},
    );
    clock.advance(900);
    clock.draw();
    expect(clock.waits.map(({ delayMs }) => delayMs)).toEqual([500]);
  });

  it('who waits for new rows gets them without the rest, and once only', () => {
    const clock = new FakeFrameClock();
    const pace = new LivePace(clock);
    let ready = 0;
    pace.handleLive(
      () => {},
      () => ready++,
    );
    pace.hurry();
    expect(ready).toBe(1);
    clock.draw();
    clock.finishWaits();
    pace.hurry();
    expect(ready).toBe(1);
  });

  it('what comes while input waits for its frame is drawn after that frame, or before what follows it', () => {
    const clock = new FakeFrameClock();
    const pace = new LivePace(clock);
    const drawn: string[] = [];
    clock.hasInput = true;
    pace.handleLive(
      () => drawn.push('first'),
      () => {},
    );
    expect(drawn).toEqual([]);
    clock.draw();
    expect(drawn).toEqual(['first']);
    clock.hasInput = true;
    pace.handleLive(
      () => drawn.push('second'),
      () => {},
    );
    pace.flush();
    expect(drawn).toEqual(['first', 'second']);
    clock.draw();
    pace.flush();
    expect(drawn).toEqual(['first', 'second']);
  });

  it('what was held back and dropped is never drawn, nor asks for more', () => {
    const clock = new FakeFrameClock();
    const pace = new LivePace(clock);
    let calls = 0;
    clock.hasInput = true;
    pace.handleLive(
      () => calls++,
      () => calls++,
    );
    pace.drop();
    clock.draw();
    clock.finishWaits();
    pace.hurry();
    expect(calls).toBe(0);
  });
});
