import { expect, test } from 'vitest';
import { NextLine } from '../../src/chat/terminal/next-line.ts';
import { plainQuestion, Questions } from '../../src/chat/terminal/questions.ts';

const [name, command, more] = ['name? ', '> ', '--More--'].map(plainQuestion) as [
  ReturnType<typeof plainQuestion>,
  ReturnType<typeof plainQuestion>,
  ReturnType<typeof plainQuestion>,
];

test('a question for one key interrupts a question for a line, which is shown again afterwards', () => {
  const questions = new Questions();
  expect(questions.ask(command)).toBe(true);
  questions.interrupt(more);
  expect(questions.current).toBe(more);
  expect(questions.resume()).toBe(command);
  expect(questions.current).toBe(command);
});

test('a question that is asked during another one is shown after the first is answered', () => {
  const questions = new Questions();
  questions.ask(command);
  questions.interrupt(more);
  expect(questions.ask(name)).toBe(false);
  expect(questions.current).toBe(more);
  expect(questions.resume()).toBe(name);
});

test('after an answer there is no question until the next is asked', () => {
  const questions = new Questions();
  questions.ask(command);
  questions.answered();
  expect(questions.current).toBeUndefined();
  questions.interrupt(more);
  expect(questions.resume()).toBeUndefined();
});

test('a line is a command unless a text or a question waits for it', async () => {
  const next = new NextLine();
  expect(next.enter('%ping')).toBe(false);
  const answer = next.answer();
  expect(next.enter('yes')).toBe(true);
  expect(await answer).toBe('yes');
  expect(next.enter('%ping')).toBe(false);
});

test('giving up a text returns its unfinished last line, and then its end', async () => {
  const next = new NextLine();
  let asked = 0;
  const ask = () => {
    asked++;
  };
  const first = next.ofText(ask);
  expect(next.inText).toBe(true);
  next.enter('one');
  expect(await first).toBe('one');
  const second = next.ofText(ask);
  next.giveUp('.');
  // Typed as it is, a line with a dot would end the text and post it.
  expect(await second).toBe('..');
  expect(await next.ofText(ask)).toBeUndefined();
  expect(asked).toBe(2);
});

test('a question that is given up gets no answer, whatever was typed', async () => {
  const next = new NextLine();
  const answer = next.answer();
  next.giveUp('half');
  expect(await answer).toBeUndefined();
});
