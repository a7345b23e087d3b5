namespace nanoFramework.Hardware.Esp32;

public enum DeviceFunction
{
    SPI1_MOSI = 0x10100,
    SPI1_MISO = 0x10101,
    SPI1_CLOCK = 0x10102,
    SPI2_MOSI = 0x10200,
    SPI2_MISO = 0x10201,
    SPI2_CLOCK = 0x10202,
}
