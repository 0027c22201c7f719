api_addr = "https://127.10.0.10:8200"
cluster_addr = "https://127.10.0.10:8201"
disable_mlock = true
ui = true
log_format = "json"

listener "tcp" {
  address = "127.10.0.10:8200"
  cluster_address = "127.10.0.10:8201"
  tls_cert_file = "/etc/socle/tls/vault-1.pem"
  tls_key_file = "/etc/socle/tls/vault-1.pem"
  tls_min_version = "tls12"
}

storage "raft" {
  path = "/var/lib/vault/raft"
  node_id = "vault-1"
  performance_multiplier = 1

  retry_join {
    leader_api_addr = "https://127.10.0.11:8200"
    leader_ca_cert_file = "/etc/vault.d/authority.pem"
  }

  retry_join {
    leader_api_addr = "https://127.10.0.12:8200"
    leader_ca_cert_file = "/etc/vault.d/authority.pem"
  }
}
