// The name of each rule. The docstring of each function states what the rule requires.
import { audienceMarks, secretFilters, secretsOptional } from './audience.ts';
import { bounded, integerFormats, storableText } from './bounds.ts';
import { dialect } from './dialect.ts';
import { errorEnvelope, successEnvelope } from './envelope.ts';
import { errorExamples, errorRegistry, no422 } from './errors.ts';
import { namedExamples, validExamples } from './examples.ts';
import { booleanConstants, schemaNames, stringUnions, uniqueNames, webhookTags } from './generators.ts';
import { answerHeaders, limitHeaders } from './headers.ts';
import { idempotencyKeys } from './idempotency.ts';
import { enumDescriptions, fromCaller, fromPath, knownMarks } from './marks.ts';
import { clocks, effects, listFilters } from './mockMarks.ts';
import { closedRequests, openResponses } from './objects.ts';
import { headlines, oneTag, operationIds } from './operations.ts';
import { aliases, pathAreas, pathIds, prefixedIds, wholeSegments } from './paths.ts';
import { componentReferences, noReferenceSiblings } from './references.ts';
import { noCookies, readableBodies, requestTimes, toldPatterns, wholeMultiples } from './requests.ts';
import { finiteResponses, generatablePatterns, generatableResponses, plainResponses } from './responseSchemas.ts';
import type { Rule } from './rule.ts';
import { openProbes, ownSecurity, permissionNames } from './security.ts';
import { declaredSuccess, headerExamples, storableReplies, usedSchemas } from './successes.ts';

export const bundleRules: Record<string, Rule> = {
  dialect,
  'component-references': componentReferences,
  'no-reference-siblings': noReferenceSiblings,
  'plain-responses': plainResponses,
  'generatable-responses': generatableResponses,
  'generatable-patterns': generatablePatterns,
  'finite-responses': finiteResponses,
  bounded,
  'integer-formats': integerFormats,
  'storable-text': storableText,
  'closed-requests': closedRequests,
  'open-responses': openResponses,
  'operation-ids': operationIds,
  'one-tag': oneTag,
  headlines,
  'own-security': ownSecurity,
  'permission-names': permissionNames,
  'open-probes': openProbes,
  'named-examples': namedExamples,
  'valid-examples': validExamples,
  'error-examples': errorExamples,
  'error-registry': errorRegistry,
  'no-422': no422,
  'success-envelope': successEnvelope,
  'error-envelope': errorEnvelope,
  'declared-success': declaredSuccess,
  'header-examples': headerExamples,
  'storable-replies': storableReplies,
  'used-schemas': usedSchemas,
  'secrets-optional': secretsOptional,
  'secret-filters': secretFilters,
  'audience-marks': audienceMarks,
  'from-path': fromPath,
  'from-caller': fromCaller,
  'known-marks': knownMarks,
  'enum-descriptions': enumDescriptions,
  'list-filters': listFilters,
  clocks,
  effects,
  'path-areas': pathAreas,
  aliases,
  'whole-segments': wholeSegments,
  'path-ids': pathIds,
  'prefixed-ids': prefixedIds,
  'answer-headers': answerHeaders,
  'limit-headers': limitHeaders,
  'idempotency-keys': idempotencyKeys,
  'schema-names': schemaNames,
  'boolean-constants': booleanConstants,
  'unique-names': uniqueNames,
  'webhook-tags': webhookTags,
  'string-unions': stringUnions,
  'no-cookies': noCookies,
  'readable-bodies': readableBodies,
  'whole-multiples': wholeMultiples,
  'request-times': requestTimes,
  'told-patterns': toldPatterns,
};
