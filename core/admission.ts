// Who decides, under overload, whether something new may begin. What belongs to a call in progress never asks.

export interface Admission {
  /**
   * Whether one new call, registration or request outside a dialog may be taken. To be asked once for each, after it has been read and before
   * anything is kept of it.
   */
  admits(): boolean;
  /** A datagram came that nobody can read. However many there are, turning calls away makes them no fewer. */
  unreadable(): void;
}
