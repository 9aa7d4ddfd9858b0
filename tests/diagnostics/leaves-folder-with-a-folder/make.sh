ln -s /etc contracts/clients
