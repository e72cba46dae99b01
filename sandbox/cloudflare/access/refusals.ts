import { ApiError } from '../reply.ts';
import type { AccessSwitches } from './switches.ts';

export function unknownPolicy({ unknownPolicyCode }: AccessSwitches): ApiError {
  return new ApiError(404, [{ code: unknownPolicyCode, message: 'access.api.error.policy_not_found' }]);
}

export function unknownApplication(): ApiError {
  return new ApiError(404, [{ code: 11021, message: 'access.api.error.invalid_application_id' }]);
}

export function unknownGroup(): ApiError {
  return new ApiError(404, [{ code: 12152, message: 'access.api.error.group_not_found' }]);
}

/** 400 with the id of a policy that another part of Cloudflare does not know, or does not know any more. */
export function policyNotFound(id: string): ApiError {
  return new ApiError(400, [{ code: 12130, message: `policy ${id} not found` }]);
}

export function methodNotAllowed(method: string): ApiError {
  return new ApiError(405, [{ code: 10000, message: `${method} method with API Tokens is not supported` }]);
}

export function conflict(message: string): ApiError {
  return new ApiError(409, [{ code: 11010, message: `access.api.error.${message}` }]);
}
