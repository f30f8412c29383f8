import { Burger } from "@mantine/core";
import { Link } from "wouter";
import mark from "@/assets/mark.svg";
import { ClusterHealth } from "./cluster-health";
import { ColorSchemeButton } from "./color-scheme-button";
import { ConnectionStatus } from "./connection-status";
import classes from "./shell.module.css";
import { TokenButton } from "./token-button";

interface HeaderProps {
  menuOpened: boolean;
  onMenu: () => void;
}

export function Header({ menuOpened, onMenu }: HeaderProps) {
  return (
    <div className={classes.header}>
      <Burger
        hiddenFrom="md"
        size="sm"
        opened={menuOpened}
        onClick={onMenu}
        aria-label={menuOpened ? "Close the navigation" : "Open the navigation"}
        aria-expanded={menuOpened}
      />
      <Link href="/" className={classes.brand}>
        <img src={mark} alt="" width={26} height={26} />
        Penstock
      </Link>
      <ClusterHealth />
      <span className={classes.spring} />
      <ConnectionStatus />
      <TokenButton />
      <ColorSchemeButton />
    </div>
  );
}
