from preau.config.cli import main

main()
