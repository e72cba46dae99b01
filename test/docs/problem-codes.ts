import ts from 'typescript';
import { filesIn, textOf } from './repository-files.ts';

/** A place in the code that makes a Problem. */
export interface Origin {
  /** `src/plan.ts:123` */
  readonly where: string;
  readonly codes: readonly string[];
  /** What of its message is the same each time, piece by piece. */
  readonly pieces: readonly string[];
}

const CLASSES = ['Problem', 'TargetProblem', 'CloudflareRefusal'];
/** Functions that make one, by the index of their arguments for the code and, if they take one, the message. */
const MAKERS: Readonly<Record<string, { readonly code: number; readonly message?: number }>> = {
  problem: { code: 0, message: 1 },
  refusedBecause: { code: 0, message: 1 },
  of: { code: 0 },
};
/** The body of a maker, and what hands a code on: there the code is no literal, and each caller has its own. */
const HAND_ON = new Set([...Object.keys(MAKERS), 'refused', 'explain', 'from', 'constructor']);
const CODE = /^[a-z]+(?:-[a-z]+)*$/;
/** Shorter pieces say nothing. */
const SHORTEST_PIECE = 12;

/** Every place in src/ that makes a Problem. @throws Error for one whose code cannot be told */
export function problemOrigins(): readonly Origin[] {
  return filesIn('src', '.ts').flatMap((path) => originsIn(path));
}

function originsIn(path: string): readonly Origin[] {
  const source = ts.createSourceFile(path, textOf(path), ts.ScriptTarget.Latest, true);
  const origins: Origin[] = [];
  const add = (node: ts.Node, code: ts.Expression | undefined, message: ts.Expression | undefined): void => {
    const where = `${path}:${source.getLineAndCharacterOfPosition(node.getStart()).line + 1}`;
    const codes = code === undefined ? [] : literalsOf(code).filter((text) => CODE.test(text));
    if (codes.length > 0) origins.push({ where, codes, pieces: message ? piecesOf(valueOf(message)) : [] });
    else if (!HAND_ON.has(functionAround(node)))
      throw new Error(`${where}: a Problem whose code is no literal`);
  };
  const visit = (node: ts.Node): void => {
    if (ts.isNewExpression(node) && CLASSES.includes(node.expression.getText())) {
      add(node, node.arguments?.[0], node.arguments?.[1]);
    } else if (ts.isCallExpression(node) && MAKERS[node.expression.getText()] !== undefined) {
      const { code = 0, message } = MAKERS[node.expression.getText()] ?? {};
      add(node, node.arguments[code], message === undefined ? undefined : node.arguments[message]);
    } else if (ts.isArrayLiteralExpression(node) && returnTypeAround(node) === 'Text') {
      add(node, node.elements[0], node.elements[1]);
    } else if (ts.isObjectLiteralExpression(node) && propertyOf(node, 'plan')?.getText() === "'error'") {
      add(node, propertyOf(node, 'reason'), propertyOf(node, 'because'));
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return origins;
}

/** Of a local constant, what it was set to. */
function valueOf(node: ts.Expression): ts.Node {
  if (!ts.isIdentifier(node)) return node;
  for (let at = node.parent as ts.Node | undefined; at !== undefined; at = at.parent) {
    if (!ts.isBlock(at)) continue;
    const declarations = at.statements
      .filter(ts.isVariableStatement)
      .flatMap(({ declarationList }) => [...declarationList.declarations]);
    const found = declarations.find(({ name }) => name.getText() === node.text);
    if (found?.initializer !== undefined) return found.initializer;
  }
  return node;
}

/** The string literals that an expression may come to. */
function literalsOf(node: ts.Expression): readonly string[] {
  if (ts.isStringLiteralLike(node)) return [node.text];
  return ts.isConditionalExpression(node) ? [node.whenTrue, node.whenFalse].flatMap(literalsOf) : [];
}

/** The text in an expression, wherever it stands in it. */
function piecesOf(node: ts.Node): readonly string[] {
  const pieces: string[] = [];
  const visit = (child: ts.Node): void => {
    if (
      ts.isStringLiteralLike(child) ||
      ts.isTemplateHead(child) ||
      ts.isTemplateMiddleOrTemplateTail(child)
    ) {
      const piece = child.text.replace(/\s+/g, ' ').replace(/^[\s.,:;()]+|[\s.,:;()]+$/g, '');
      if (piece.length >= SHORTEST_PIECE) pieces.push(piece);
    }
    ts.forEachChild(child, visit);
  };
  visit(node);
  return pieces;
}

function propertyOf(node: ts.ObjectLiteralExpression, name: string): ts.Expression | undefined {
  const property = node.properties.find((one) => one.name?.getText() === name);
  return property !== undefined && ts.isPropertyAssignment(property) ? property.initializer : undefined;
}

function functionAround(node: ts.Node): string {
  for (let at = node.parent as ts.Node | undefined; at !== undefined; at = at.parent) {
    if (ts.isConstructorDeclaration(at)) return 'constructor';
    if (ts.isArrowFunction(at) && ts.isVariableDeclaration(at.parent)) return at.parent.name.getText();
    if ((ts.isFunctionDeclaration(at) || ts.isMethodDeclaration(at)) && at.name) return at.name.getText();
  }
  return '';
}

function returnTypeAround(node: ts.Node): string {
  for (let at = node.parent as ts.Node | undefined; at !== undefined; at = at.parent) {
    if (ts.isFunctionLike(at)) return at.type?.getText() ?? '';
  }
  return '';
}
