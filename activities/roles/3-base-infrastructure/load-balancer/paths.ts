/** Files and sockets of a load balancer; those of the program itself are Debian's. */
export const paths = {
  haproxy: '/etc/haproxy/haproxy.cfg',
  /** The one Authorization header that the statistics take; apart, so that the configuration holds no secret. */
  statisticsLogin: '/etc/haproxy/statistics-login',
  /** Answers the fingerprint of the configuration in force. Not TCP: nobody but root asks. */
  healthSocket: '/run/haproxy/health.sock',
  keepalived: '/etc/keepalived/keepalived.conf',
  /** Names the card, where the site file does not. */
  card: '/etc/keepalived/card.conf',
  checkScript: '/etc/keepalived/check-haproxy',
  keepalivedUnit: '/etc/systemd/system/keepalived.service.d/socle.conf',
} as const;
