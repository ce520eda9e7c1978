// Staff, what two of them decide, the trail, and the bank's health, as its interface has them.
export type Role = 'operations' | 'risk' | 'authority-issuer' | 'authority-approver' | 'administrator'

export interface SignedIn {
  staff_id: string
  name: string
  roles: Role[]
  expires_at: string
}

export interface OpenedSession {
  token: string
  staff: SignedIn
}

export interface Member {
  staff_id: string
  name: string
  roles: Role[]
  added_at: string
  revoked_at: string | null
}

/** Told apart by its kind; what else it holds is shown by the names of its fields. */
export interface Proposal {
  kind: string
  [field: string]: unknown
}

export type ApprovalState = 'proposed' | 'expired' | 'rejected' | 'approved' | 'done' | 'failed'

export interface Approval {
  approval_id: string
  proposal: Proposal
  state: ApprovalState
  proposed_by: string
  proposed_at: string
  expires_at: string
  decided_by: string | null
  decided_at: string | null
  reason: string
  outcome: string | null
  outcome_zh: string | null
  carried_out_at: string | null
}

export interface EnrolmentCode {
  staff_id: string
  code: string
  expires_at: string
}

export interface Operator {
  operator_id: string
  name: string
  created_at: string
}

export interface TrailEntry {
  number: number
  at: string
  staff_id: string
  staff_name: string | null
  action: string
  subject_kind: string | null
  subject: string | null
  proposed_by: string | null
  proposed_by_name: string | null
  approved_by: string | null
  approved_by_name: string | null
  details: Record<string, unknown>
  seal: string
}

export interface TrailHead {
  entries: number
  seal: string
}

export type Level = 'ok' | 'attention' | 'failing'

export interface Finding {
  name: string
  level: Level
  sentence: string
  sentence_zh: string
  next_step: string
  next_step_zh: string
  figures: Record<string, number>
}

export interface Status {
  at: string
  level: Level
  findings: Finding[]
}

export interface OwnKey {
  number: number
  role: string
  public_key: string
}

export interface AnnouncedKey {
  number: number
  role: string
  public_key: string | null
  first_day: string
  announced_at: string
  approval_id: string
}

export interface Keys {
  own: OwnKey[]
  announced: AnnouncedKey[]
}

export interface Passkey {
  passkey_id: string
  label: string
  registered_at: string
  last_used_at: string | null
}
